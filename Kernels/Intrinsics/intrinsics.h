// What Swift cannot import on its own: CPU identification, and wrappers for intrinsics that are macros
// with immediates, variadic calls or BF16 types. Header only; everything is inlined.
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline __attribute__((always_inline)) void isa_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }
static inline __attribute__((always_inline)) void isa_prefetch_l2(const void *p) { __builtin_prefetch(p, 0, 2); }

// libcurl's functions of variable arguments, called through pointers that were looked up at run time.
static inline int isa_curl_set_number(void *setopt, void *handle, int option, long value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}
static inline int isa_curl_set_pointer(void *setopt, void *handle, int option, const void *value) {
  return ((int (*)(void *, int, ...))setopt)(handle, option, value);
}
static inline int isa_curl_socket(void *getinfo, void *handle, int *descriptor) {
  const int active_socket = 0x500000 + 44;
  return ((int (*)(void *, int, ...))getinfo)(handle, active_socket, descriptor);
}

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>
static inline void isa_futex_wait(const void *address, uint32_t value) {
  syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, value, (void *)0, (void *)0, 0);
}
static inline void isa_futex_wake(const void *address, int count) {
  syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, count, (void *)0, (void *)0, 0);
}
// Cores in the affinity mask of this process; 0 if the kernel does not say.
static inline int isa_affinity_count(void) {
  unsigned long mask[128];
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long i = 0; i < bytes / (long)sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
  return count;
}
#endif

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
static inline void isa_cpuid(uint32_t leaf, uint32_t sub, uint32_t *r) {
  __cpuid_count(leaf, sub, r[0], r[1], r[2], r[3]);
}
static inline uint64_t isa_xgetbv0(void) {
  uint32_t a, d;
  __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return ((uint64_t)d << 32) | a;
}
static inline __attribute__((always_inline)) void isa_pause(void) { __builtin_ia32_pause(); }
static inline uint64_t isa_timestamp(void) { return __rdtsc(); }
#define ISA_T(x) static inline __attribute__((always_inline, target(x)))
ISA_T("avx512f,avx512bf16,evex512") __m512 isa_dpbf16(__m512 c, __m512i a, __m512i b) {
  return _mm512_dpbf16_ps(c, (__m512bh)a, (__m512bh)b);
}
ISA_T("avx512f,avx512bf16,avx512vl,evex512") __m256i isa_cvtne_bf16(__m512 a) {
  return (__m256i)_mm512_cvtneps_pbh(a);
}
ISA_T("avx512f,evex512") __m256i isa_cvtps_ph512(__m512 a) { return _mm512_cvtps_ph(a, 0); }
// What is left of numbers when the nearest integers are taken away.
ISA_T("avx512f,avx512dq,evex512") __m512 isa_fraction512(__m512 a) { return _mm512_reduce_ps(a, 0); }
// VBMI, in assembly: told that a CPU has it, the compiler would use it in kernels that run without.
// A table's byte at the low six bits of each place; and one of 128 bytes, at the low seven.
ISA_T("avx512f,evex512") __m512i isa_permb(__m512i table, __m512i places) {
  __m512i r;
  __asm__("vpermb %1, %2, %0" : "=v"(r) : "v"(table), "v"(places));
  return r;
}
ISA_T("avx512f,evex512") __m512i isa_permi2b(__m512i places, __m512i low, __m512i high) {
  __asm__("vpermi2b %2, %1, %0" : "+v"(places) : "v"(low), "v"(high));
  return places;
}
// In each group of 64 bits: byte j is the eight bits from the bit, modulo 64, that byte j of `shifts` numbers.
ISA_T("avx512f,evex512") __m512i isa_multishift(__m512i bits, __m512i shifts) {
  __m512i r;
  __asm__("vpmultishiftqb %1, %2, %0" : "=v"(r) : "v"(bits), "v"(shifts));
  return r;
}
// 32-bit words of entries of eight bytes.
ISA_T("avx512f,evex512") __m512i isa_gather512(const void *p, __m512i i) { return _mm512_i32gather_epi32(i, p, 8); }
ISA_T("avx2") __m256i isa_gather256(const void *p, __m256i i) {
  return _mm256_i32gather_epi32((const int *)p, i, 8);
}
// VNNI on 256 bits. It has two encodings: CPUs with AVX-VNNI know one, CPUs with AVX-512 VNNI the other.
#if defined(__AVX512VNNI__)
ISA_T("avx512vl,avx512vnni") __m256i isa_dpbusd256(__m256i sums, __m256i u, __m256i s) {
  return _mm256_dpbusd_epi32(sums, u, s);
}
#else
ISA_T("avx2,avxvnni") __m256i isa_dpbusd256(__m256i sums, __m256i u, __m256i s) {
  return _mm256_dpbusd_avx_epi32(sums, u, s);
}
#endif
ISA_T("avx") __m256 isa_round256(__m256 a) { return _mm256_round_ps(a, 0); }
ISA_T("avx,f16c") __m128i isa_cvtps_ph256(__m256 a) { return _mm256_cvtps_ph(a, 0); }
#elif defined(__aarch64__)
#include <arm_neon.h>
static inline __attribute__((always_inline)) void isa_pause(void) { __asm__ volatile("isb"); }
#if defined(__linux__)
#include <sys/auxv.h>
static inline uint64_t isa_hwcap(void) { return getauxval(AT_HWCAP); }
static inline uint64_t isa_hwcap2(void) { return getauxval(AT_HWCAP2); }
#endif
// Vectors as Swift's SIMD types; NEON's own are types apart.
typedef int32_t isa_int4 __attribute__((ext_vector_type(4)));
typedef uint32_t isa_uint4 __attribute__((ext_vector_type(4)));
typedef float isa_float4 __attribute__((ext_vector_type(4)));
typedef uint8_t isa_byte16 __attribute__((ext_vector_type(16)));
#define ISA_NEON static inline __attribute__((always_inline))
#define ISA_DOT static inline __attribute__((always_inline, target("dotprod")))
#define ISA_MATRIX static inline __attribute__((always_inline, target("i8mm")))
// Adds the products of four signed bytes in each lane.
ISA_DOT isa_int4 isa_sdot(isa_int4 sums, isa_uint4 a, isa_uint4 b) {
  return (isa_int4)vdotq_s32((int32x4_t)sums, (int8x16_t)a, (int8x16_t)b);
}
// Two rows of eight signed bytes, the halves of a, times two of b: the sums of row i and row j in lane 2i + j.
ISA_MATRIX isa_int4 isa_smmla(isa_int4 sums, isa_uint4 a, isa_uint4 b) {
  return (isa_int4)vmmlaq_s32((int32x4_t)sums, (int8x16_t)a, (int8x16_t)b);
}
// Two words of a and two of b in turn.
ISA_NEON isa_uint4 isa_in_turn(const void *a, const void *b) {
  return (isa_uint4)vzip1q_u32(vcombine_u32(vld1_u32((const uint32_t *)a), vdup_n_u32(0)),
                               vcombine_u32(vld1_u32((const uint32_t *)b), vdup_n_u32(0)));
}
ISA_NEON isa_float4 isa_floats(isa_int4 v) { return (isa_float4)vcvtq_f32_s32((int32x4_t)v); }
ISA_NEON isa_float4 isa_load_half4(const void *p) { return (isa_float4)vcvt_f32_f16(vld1_f16((const __fp16 *)p)); }
ISA_NEON void isa_store_half4(void *p, isa_float4 v) { vst1_f16((__fp16 *)p, vcvt_f16_f32((float32x4_t)v)); }
ISA_NEON isa_uint4 isa_look_up(isa_byte16 table, isa_uint4 places) {
  return (isa_uint4)vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)places);
}
ISA_NEON isa_byte16 isa_low_bytes(isa_int4 a, isa_int4 b, isa_int4 c, isa_int4 d) {
  uint16x8_t low = vuzp1q_u16((uint16x8_t)a, (uint16x8_t)b), high = vuzp1q_u16((uint16x8_t)c, (uint16x8_t)d);
  return (isa_byte16)vuzp1q_u8((uint8x16_t)low, (uint8x16_t)high);
}
ISA_NEON float isa_greatest(isa_float4 v) { return vmaxnmvq_f32((float32x4_t)v); }
#else
static inline void isa_pause(void) {}
#endif
