import Foundation
import Hashing
import Testing

@Suite struct SHA256Tests {
    /// NIST's examples (FIPS 180-4, "SHA256.pdf") and SHA256ShortMsg/LongMsg.rsp of the CAVP vectors.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func nistExamples(message: String, digest: String) {
        #expect(SHA256.hash(Array(message.utf8)).description == digest)
    }

    @Test func aMillionTimesTheLetterA() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(Array(repeating: 0x61, count: 1000)) }
        #expect(
            hash.finalized().description == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func piecesMakeTheWhole() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for length in 0...300 {
            let whole = SHA256.hash(Array(bytes[..<length]))
            for cut in [0, 1, 55, 56, 63, 64, 65, 128, 200] where cut <= length {
                var hash = SHA256()
                hash.update(Array(bytes[..<cut]))
                _ = hash.finalized()
                hash.update(Array(bytes[cut..<length]))
                #expect(hash.finalized() == whole)
            }
        }
    }

    @Test func integersAreLittleEndianBytes() {
        var hash = SHA256()
        hash.update(littleEndian: 0x0403_0201)
        hash.update(littleEndian: 0x0807_0605)
        #expect(hash.finalized() == SHA256.hash([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    /// RFC 4231, test cases 1, 2 and 6.
    @Test func hmacKnownAnswers() {
        #expect(
            HMAC.sha256(Array("Hi There".utf8), key: Array(repeating: 0x0b, count: 20)).description
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            HMAC.sha256(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8)).description
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            HMAC.sha256(
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                key: Array(repeating: 0xaa, count: 131)
            ).description == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
}
