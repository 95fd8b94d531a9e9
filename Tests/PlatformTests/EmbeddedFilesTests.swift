import Platform
import Testing

@Suite struct EmbeddedFilesTests {
    private func bytes(of file: MappedBytes) -> [UInt8] {
        file.withBytes { span in span.littleEndianIntegers(UInt8.self) }
    }

    @Test func theModelIsAGGUFFile() {
        #expect(bytes(of: EmbeddedFiles.model).prefix(4).elementsEqual("GGUF".utf8))
    }

    /// Its server allows one script and one style by hash, and nothing from elsewhere.
    @Test func theChatPageIsWholeAndItsOwn() {
        let page = String(decoding: bytes(of: EmbeddedFiles.chatPage), as: UTF8.self)
        #expect(page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n"))
        for tag in ["<script>", "</script>", "<style>", "</style>"] {
            #expect(page.ranges(of: tag).count == 1, "\(tag)")
        }
        for forbidden in [
            "<script ", "<style ", " style=\"", " src=\"", "innerHTML", "eval(", "document.write", "@import",
        ] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
    }
}
