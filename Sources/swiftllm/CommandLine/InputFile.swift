import GGUF
import JSON
import Platform
import Tokenization

/// Reads files that are no models.
enum InputFile {
    /// The whole contents.
    ///
    /// - Throws: `PlatformError` with the path.
    static func bytes(_ path: String) throws -> [UInt8] {
        try MappedBytes(contentsOf: path).withBytes { $0.littleEndianIntegers(UInt8.self) }
    }
}

/// The tokenizer of a model; errors name the model.
func loadTokenizer(_ name: String) throws -> Tokenizer {
    let metadata = try NamedModel.open(name).metadata
    do {
        return try Tokenizer(metadata: metadata)
    } catch {
        throw InputError("\(name): \(error)")
    }
}

extension Output {
    /// Answers each line of standard input, a JSON value, with one line.
    ///
    /// - Throws: `InputError` with the line's number at the first line that is not as it should be.
    func answerLines(_ answer: (JSONValue) throws -> JSONValue) throws {
        var number = 1
        while let line = readLine() {
            let reply: JSONValue
            do {
                reply = try answer(try JSONParser.parse(line))
            } catch {
                throw InputError("standard input, line \(number): \(error)")
            }
            try write(reply)
            number += 1
        }
    }
}

extension JSONValue {
    /// Bytes as text; what is no UTF-8 becomes `{"bytes": […]}`.
    static func text(_ bytes: [UInt8]) -> JSONValue {
        String(validating: bytes, as: UTF8.self).map { .string($0) } ?? ["bytes": .array(bytes.map { .integer($0) })]
    }
}
