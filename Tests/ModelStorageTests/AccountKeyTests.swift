import Foundation
import HTTP
import Hashing
import JSON
import ModelStorage
import Testing

/// The key of the user's account, and registries that know accounts by keys.
@Suite(.timeLimit(.minutes(3))) struct AccountKeyTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func keysAreMadeOnce() throws {
        let folder = try TemporaryStore()
        let account = AccountKey(home: folder.root)
        let key = try account.key()
        #expect(try account.key().seed == key.seed && mode(account.path) == 0o600)
        let line = try String(contentsOfFile: account.path + ".pub", encoding: .utf8)
        #expect(line == "ssh-ed25519 \(OpenSSHKey.publicText(key))\n")
        #expect(folder.files(".ollama") == ["id_ed25519", "id_ed25519.pub"])
        #expect(try AccountKey(home: folder.path("other")).key().seed != key.seed)
    }

    /// Made by OpenSSH's ssh-keygen, with a comment.
    private static let foreign = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        QyNTUxOQAAACAITm3pz880Vv545oS7gVze8SmSb68xVsa4dprZpom8rQAAAJAjkvYeI5L2
        HgAAAAtzc2gtZWQyNTUxOQAAACAITm3pz880Vv545oS7gVze8SmSb68xVsa4dprZpom8rQ
        AAAECcqHAHjdKRJPYbOvKZbAlCOReWHhJ0peEHgQSw6JfRGwhObenPzzRW/njmhLuBXN7x
        KZJvrzFWxrh2mtmmibytAAAACWEgY29tbWVudAECAwQ=
        -----END OPENSSH PRIVATE KEY-----
        """

    @Test func keysOfOtherProgramsAreRead() throws {
        let key = try #require(OpenSSHKey.key(Self.foreign))
        #expect(OpenSSHKey.publicText(key) == "AAAAC3NzaC1lZDI1NTE5AAAAIAhObenPzzRW/njmhLuBXN7xKZJvrzFWxrh2mtmmibyt")
        #expect(OpenSSHKey.key(OpenSSHKey.privateText(key, check: 7))?.seed == key.seed)
    }

    @Test func whatIsNoKeyIsRefused() throws {
        let folder = try TemporaryStore()
        let account = AccountKey(home: folder.root)
        for text in ["", "ssh-ed25519 AAAA", "-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----"] {
            try folder.write(text, to: ".ollama/id_ed25519")
            #expect(throws: ModelStorageError.self) { try account.key() }
        }
        let text = Array(Self.foreign.utf8)
        for length in 0..<text.count - 30 {
            #expect(OpenSSHKey.key(String(decoding: text[..<length], as: UTF8.self)) == nil)
        }
        let lines = Self.foreign.split(separator: "\n")
        let bytes = try #require(Base64.decode(lines[1..<lines.count - 1].joined()))
        for index in 0..<bytes.count {
            var damaged = bytes
            damaged[index] ^= 0xFF
            let text = "\(lines[0])\n\(Base64.encode(damaged))\n\(lines[lines.count - 1])"
            let key = OpenSSHKey.key(text)
            #expect(
                key == nil
                    || OpenSSHKey.publicText(key!)
                        == "AAAAC3NzaC1lZDI1NTE5AAAAIAhObenPzzRW/njmhLuBXN7xKZJvrzFWxrh2mtmmibyt",
                "byte \(index)")
        }
    }

    /// What Ollama's client would ask.
    @Test func requestsAreSigned() throws {
        let folder = try TemporaryStore()
        let account = AccountKey(home: folder.root)
        let challenge = try #require(
            RegistryChallenge(
                #"Bearer realm="https://a.example/token?x=1",service="s.example",scope="repository:u/m:pull,push b""#))
        let place = try HTTPURL(try #require(challenge.fields["realm"]))
        let (url, authorization) = try account.request(for: challenge, at: place, time: 1_700_000_000)
        let text = "\(url)"
        let nonce = try #require(text.split { $0 == "?" || $0 == "&" }.first { $0.hasPrefix("nonce=") })
        #expect(nonce.count == 6 + 22)
        #expect(
            text == "https://a.example/token?\(nonce)&scope=b&scope=repository%3Au%2Fm%3Apull%2Cpush"
                + "&service=s.example&ts=1700000000&x=1")
        let empty = "ZTNiMGM0NDI5OGZjMWMxNDlhZmJmNGM4OTk2ZmI5MjQyN2FlNDFlNDY0OWI5MzRjYTQ5NTk5MWI3ODUyYjg1NQ=="
        let key = try account.key()
        let signature = key.signature(of: Array("GET,\(text),\(empty)".utf8))
        #expect(authorization == "\(OpenSSHKey.publicText(key)):\(Base64.encode(signature))")
    }

    @Test func registriesThatKnowKeysGetSignatures() async throws {
        let registry = FakeRegistry(FakeRegistry.Behaviour(authorization: "Bearer t"))
        let folder = try TemporaryStore()
        try await registry.serve { authority in
            let name = try ModelName("http://\(authority)/library/m")
            // Others are asked for a token as nobody, and no key is made for them.
            try await ModelPull(store: folder.store, access: try .forTests([:], home: folder.root))
                .run(name, isInsecure: true) { _ in }
            #expect(registry.seen.filter { $0.path == "/token" }.map(\.authorization) == [nil])
            #expect(folder.files(".ollama") == [])
            try folder.store.delete(name)
            let tokens = ["SWIFTLLM_REGISTRY_TOKENS": "\(authority)=ssh-ed25519"]
            let pull = ModelPull(store: folder.store, access: try .forTests(tokens, home: folder.root))
            try await pull.run(name, isInsecure: true) { _ in }
            let asked = try #require(registry.seen.last { $0.path == "/token" })
            let key = try AccountKey(home: folder.root).key()
            let empty = Base64.encode(Array(SHA256.hash([]).description.utf8))
            let signature = key.signature(of: Array("GET,http://\(authority)\(asked.target),\(empty)".utf8))
            #expect(asked.authorization == "\(OpenSSHKey.publicText(key)):\(Base64.encode(signature))")
            #expect(
                registry.seen.filter { $0.path != "/token" }.allSatisfy {
                    ["Bearer t", nil].contains($0.authorization)
                })
        }
    }
}
