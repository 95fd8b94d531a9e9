/// The metadata of a file: keys and typed values in the order of the file.
///
/// Each typed accessor comes twice: one throws when the key is absent, the `optional…` one returns nil. Both throw
/// when the key is there with another type. Integers of any width count as integers, never silently truncated.
package struct Metadata: Sendable {
    /// Keys in the order of the file.
    package private(set) var keys: [String] = []
    private var values: [String: MetadataValue] = [:]

    package init() {}

    package var count: Int { keys.count }

    /// The value of a key; setting a new key appends it, setting nil removes it.
    package subscript(key: String) -> MetadataValue? {
        get { values[key] }
        set {
            let old = values.updateOrRemove(newValue, at: key)
            if old == nil, newValue != nil { keys.append(key) }
            if old != nil, newValue == nil { keys.removeAll { $0 == key } }
        }
    }

    // MARK: One value

    package func string(_ key: String) throws(GGUFError) -> String {
        try required(key, "string", try optionalString(key))
    }

    package func optionalString(_ key: String) throws(GGUFError) -> String? {
        guard let value = values[key] else { return nil }
        guard case .string(let string) = value else { throw wrongType(key, "string", value) }
        guard let text = string.text else { throw .outOfRange(key: key, expected: "UTF-8 text", found: "other bytes") }
        return text
    }

    package func integer(_ key: String) throws(GGUFError) -> Int {
        try required(key, "integer", try optionalInteger(key))
    }

    package func optionalInteger(_ key: String) throws(GGUFError) -> Int? {
        guard let value = values[key] else { return nil }
        guard let integer = value.integer else { throw wrongType(key, "integer", value) }
        guard let result = Int(exactly: integer) else {
            throw .outOfRange(key: key, expected: "at most \(Int.max)", found: "\(integer)")
        }
        return result
    }

    package func float(_ key: String) throws(GGUFError) -> Float {
        try required(key, "float", try optionalFloat(key))
    }

    /// A float32, a float64 rounded to the nearest float32, or an integer that float32 holds exactly.
    package func optionalFloat(_ key: String) throws(GGUFError) -> Float? {
        guard let value = values[key] else { return nil }
        switch value {
        case .float32(let float): return float
        case .float64(let double):
            guard Float(double).isFinite || !double.isFinite else {
                throw .outOfRange(key: key, expected: "float32", found: "\(double)")
            }
            return Float(double)
        default:
            guard let integer = value.integer else { throw wrongType(key, "float", value) }
            guard let float = Float(exactly: integer) else {
                throw .outOfRange(key: key, expected: "float32", found: "\(integer)")
            }
            return float
        }
    }

    package func bool(_ key: String) throws(GGUFError) -> Bool {
        try required(key, "bool", try optionalBool(key))
    }

    package func optionalBool(_ key: String) throws(GGUFError) -> Bool? {
        guard let value = values[key] else { return nil }
        guard case .bool(let bool) = value else { throw wrongType(key, "bool", value) }
        return bool
    }

    // MARK: Arrays

    package func integers(_ key: String) throws(GGUFError) -> [Int] {
        try required(key, "array of integers", try optionalIntegers(key))
    }

    package func optionalIntegers(_ key: String) throws(GGUFError) -> [Int]? {
        try optionalArray(key, "array of integers that fit Int") { $0.integers() }
    }

    package func floats(_ key: String) throws(GGUFError) -> [Float] {
        try required(key, "array of floats", try optionalFloats(key))
    }

    package func optionalFloats(_ key: String) throws(GGUFError) -> [Float]? {
        try optionalArray(key, "array of floats") { $0.floats() }
    }

    package func bools(_ key: String) throws(GGUFError) -> [Bool] {
        try required(key, "array of bools", try optionalBools(key))
    }

    package func optionalBools(_ key: String) throws(GGUFError) -> [Bool]? {
        try optionalArray(key, "array of bools (0 or 1)") { $0.bools() }
    }

    /// Bytes of an array of 8-bit integers, such as a tokenizer's character map.
    package func optionalBytes(_ key: String) throws(GGUFError) -> [UInt8]? {
        try optionalArray(key, "array of 8-bit integers") { $0.bytes() }
    }

    /// Texts with random access, decoded on demand; their bytes need not be UTF-8.
    package func strings(_ key: String) throws(GGUFError) -> MetadataStrings {
        try required(key, "array of strings", try optionalStrings(key))
    }

    package func optionalStrings(_ key: String) throws(GGUFError) -> MetadataStrings? {
        try optionalArray(key, "array of strings") { $0.strings() }
    }

    private func optionalArray<Result>(
        _ key: String, _ expected: String, _ decode: (MetadataArray) -> Result?
    ) throws(GGUFError) -> Result? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, let result = decode(array) else { throw wrongType(key, expected, value) }
        return result
    }

    private func required<Result>(_ key: String, _ expected: String, _ value: Result?) throws(GGUFError) -> Result {
        guard let value else { throw .missingKey(key, expected: expected) }
        return value
    }

    private func wrongType(_ key: String, _ expected: String, _ value: MetadataValue) -> GGUFError {
        .wrongType(key: key, expected: expected, found: value.typeDescription)
    }
}

extension Dictionary {
    /// Sets or removes a value and returns the old one.
    fileprivate mutating func updateOrRemove(_ value: Value?, at key: Key) -> Value? {
        guard let value else { return removeValue(forKey: key) }
        return updateValue(value, forKey: key)
    }
}
