import Hashing
import Testing

/// Signatures and the hash below them, against other programs' and the standard's.
@Suite struct Ed25519Tests {
    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (
            "",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        ),
        (
            "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func examplesOfSHA512(message: String, digest: String) {
        #expect(Self.text(SHA512.hash(Array(message.utf8))) == digest)
    }

    /// Every length up to 399, so that padding falls at every place: as Python's hashlib has it.
    @Test func allLengthsOfSHA512() {
        var all: [UInt8] = []
        for length in 0..<400 { all += SHA512.hash((0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }) }
        let expected =
            "83e9d10ab2ccc00bfb0ac0adf29c3cff2e563b5f8eeb84e9fdd07afc69b636d8"
            + "c049e81c0739febe65acef2776ecf071d0bd112d2cd7335e6a64232aae07ba30"
        #expect(Self.text(SHA512.hash(all)) == expected)
    }

    /// RFC 8032, section 7.1: tests 1 to 3 and that of SHA(abc).
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
                + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ])
    func vectorsOfTheStandard(seed: String, publicKey: String, message: String, signature: String) {
        let key = Ed25519Key(seed: Self.bytes(seed))
        #expect(Self.text(key.publicKey) == publicKey)
        #expect(Self.text(key.signature(of: Self.bytes(message))) == signature)
    }

    /// 256 keys and messages, each made from the signature before: as Python's `cryptography` (OpenSSL) has them.
    @Test func aChainOfKeysAndMessages() {
        var seed = [UInt8](repeating: 0, count: 32)
        var all: [UInt8] = []
        for index in 0..<256 {
            let key = Ed25519Key(seed: seed)
            let message = Array(Array(repeating: seed, count: 40).joined().prefix(index * 4))
            let signature = key.signature(of: message)
            all += key.publicKey + signature
            seed = Array(SHA512.hash(signature).prefix(32))
        }
        let expected =
            "77c205d3434b6724272cadceaadfd48496714bd11ea71ee6317f9bce50c4d15a"
            + "af80eb792f264fef0e9dbaaeb28c43df89cb61adb6da7ec572dd95711af42ed9"
        #expect(Self.text(SHA512.hash(all)) == expected)
    }
}
