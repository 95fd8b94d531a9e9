import GGUF
import Testing

@Suite struct SplitNameTests {
    @Test(arguments: [
        ("m-00002-of-00003.gguf", "m", 2, 3), ("a/b c-00001-of-00001.gguf", "a/b c", 1, 1),
        ("é-00001-of-00002-00099-of-00100.gguf", "é-00001-of-00002", 99, 100),
        ("m-99999-of-99999.gguf", "m", 99_999, 99_999),
    ])
    func parts(name: String, model: String, number: Int, count: Int) throws {
        let split = try #require(SplitName(name))
        #expect((split.model, split.number, split.count) == (model, number, count))
        #expect(SplitName.model(of: name) == model)
    }

    @Test(arguments: [
        "", "m.gguf", "-00001-of-00002.gguf", "m-00000-of-00000.gguf", "m-00002-of-00001.gguf", "m-0x001-of-00002.gguf",
        "m-+0001-of-00002.gguf", "m-00001-of-00002.GGUF", "m-00001-of-00002", "m-1-of-2.gguf", "m-0000١-of-00002.gguf",
    ])
    func otherNames(name: String) {
        #expect(SplitName(name) == nil)
        #expect(SplitName.model(of: name) == (name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name))
    }
}
