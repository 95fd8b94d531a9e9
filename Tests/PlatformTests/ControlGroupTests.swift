import Platform
import Testing

/// Limits of containers, from files as Linux writes them.
@Suite struct ControlGroupTests {
    private func group(_ files: [String: String]) -> ControlGroup { ControlGroup { files[$0] } }

    private func cores(_ files: [String: String], affinity: Int = 8) -> Int {
        CoreCount.limited(affinity: affinity, by: group(files))
    }

    @Test func version2() {
        #expect(cores(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "200000 100000\n"]) == 2)
        #expect(cores(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "150000 100000\n"]) == 2)
        #expect(cores(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "5000 100000\n"]) == 1)
        #expect(cores(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "max 100000\n"]) == 8)
        #expect(cores(["/sys/fs/cgroup/cpu.max": "300000 100000\n"]) == 3)
    }

    @Test func theTightestOfNestedGroupsHolds() {
        let files = [
            "/proc/self/cgroup": "0::/kubepods/pod1/app\n",
            "/sys/fs/cgroup/kubepods/cpu.max": "1600000 100000",
            "/sys/fs/cgroup/kubepods/pod1/cpu.max": "300000 100000",
            "/sys/fs/cgroup/kubepods/pod1/app/cpu.max": "max 100000",
        ]
        #expect(cores(files) == 3)
        // Seen from inside the container, where only the root is there.
        #expect(cores(["/proc/self/cgroup": "0::/docker/abc\n", "/sys/fs/cgroup/cpu.max": "100000 100000"]) == 1)
    }

    @Test func version1() {
        let files = [
            "/proc/self/cgroup": "9:name=systemd:/\n4:memory:/box\n3:cpu,cpuacct:/box\n",
            "/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us": "400000\n",
            "/sys/fs/cgroup/cpu/box/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": "1073741824\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(cores(files) == 4)
        #expect(group(files).memoryLimit == 1 << 30)
    }

    @Test func affinityHoldsToo() {
        let files = ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "1600000 100000\n"]
        #expect(cores(files, affinity: 4) == 4)
        #expect(cores([:], affinity: 4) == 4)
        #expect(CoreCount.available >= 1)
    }

    @Test(arguments: ["", "max", "abc 100000", "100000 0", "-5 100000", "1 2 3", "9223372036854775807 1", "100000\n7"])
    func nonsenseIsNoQuota(text: String) {
        #expect(cores(["/proc/self/cgroup": ":::\n::\n0::\n", "/sys/fs/cgroup/cpu.max": text]) == 8)
    }

    @Test func memory() {
        #expect(group(["/sys/fs/cgroup/memory.max": "max\n"]).memoryLimit == nil)
        #expect(group(["/sys/fs/cgroup/memory.max": "536870912\n"]).memoryLimit == 1 << 29)
    }
}
