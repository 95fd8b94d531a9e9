/// What Python knows about single code points. Surrogates have no properties.
enum PythonCharacter {
    /// White space of `str.isspace`, `strip`, `split` and `\s`.
    static func isSpace(_ point: UInt32) -> Bool {
        switch point {
        case 9...13, 28...32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// What `str.splitlines` breaks at.
    static func isLineBreak(_ point: UInt32) -> Bool {
        switch point {
        case 10...13, 28...30, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    static func isASCIIDigit(_ point: UInt32) -> Bool { point >= 48 && point <= 57 }

    private static func category(_ point: UInt32) -> Unicode.GeneralCategory? {
        Unicode.Scalar(point)?.properties.generalCategory
    }

    static func isAlphabetic(_ point: UInt32) -> Bool {
        switch category(point) {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    static func isDecimal(_ point: UInt32) -> Bool { category(point) == .decimalNumber }

    static func isDigit(_ point: UInt32) -> Bool {
        let type = Unicode.Scalar(point)?.properties.numericType
        return type == .decimal || type == .digit
    }

    static func isNumeric(_ point: UInt32) -> Bool { Unicode.Scalar(point)?.properties.numericType != nil }

    static func isAlphanumeric(_ point: UInt32) -> Bool { isAlphabetic(point) || isNumeric(point) }

    /// What `repr` shows as it is.
    static func isPrintable(_ point: UInt32) -> Bool {
        switch category(point) {
        case nil, .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: point == 32
        default: true
        }
    }

    /// What `\w` matches in a name, before Python's stricter look at identifiers.
    static func isWord(_ point: UInt32) -> Bool {
        if point < 128 {
            return isASCIIDigit(point) || point == 95 || (point | 32 >= 97 && point | 32 <= 122)
        }
        return isAlphanumeric(point) || Unicode.Scalar(point)?.properties.isXIDContinue == true
    }

    static func isIdentifierStart(_ point: UInt32) -> Bool {
        point == 95 || Unicode.Scalar(point)?.properties.isXIDStart == true
    }

    static func isIdentifierPart(_ point: UInt32) -> Bool {
        Unicode.Scalar(point)?.properties.isXIDContinue == true
    }

    static func isUppercase(_ point: UInt32) -> Bool { Unicode.Scalar(point)?.properties.isUppercase == true }
    static func isLowercase(_ point: UInt32) -> Bool { Unicode.Scalar(point)?.properties.isLowercase == true }
    static func isTitlecase(_ point: UInt32) -> Bool { category(point) == .titlecaseLetter }
    static func isCased(_ point: UInt32) -> Bool { Unicode.Scalar(point)?.properties.isCased == true }
    static func isCaseIgnorable(_ point: UInt32) -> Bool {
        Unicode.Scalar(point)?.properties.isCaseIgnorable == true
    }
}

// MARK: Case

extension Text {
    private typealias Mapping = (Unicode.Scalar.Properties) -> String

    /// Appends a code point mapped, each new character with the origin of the old one.
    private mutating func append(_ symbol: Symbol, mappedBy mapping: Mapping) {
        guard let scalar = Unicode.Scalar(symbol & Text.codePointMask) else { return symbols.append(symbol) }
        let origin = symbol & Text.userBit
        for mapped in mapping(scalar.properties).unicodeScalars { symbols.append(mapped.value | origin) }
    }

    private func mapped(_ mapping: Mapping) -> Text {
        var result = Text(isMarkup: isMarkup)
        result.symbols.reserveCapacity(count)
        for symbol in symbols { result.append(symbol, mappedBy: mapping) }
        return result
    }

    func uppercased() -> Text { mapped(\.uppercaseMapping) }

    func lowercased() -> Text {
        var result = Text(isMarkup: isMarkup)
        result.symbols.reserveCapacity(count)
        for index in symbols.indices { result.appendLowercase(of: self, at: index) }
        return result
    }

    /// A sigma that ends a word has its own small letter; the standard library maps single scalars and cannot know.
    private mutating func appendLowercase(of text: Text, at index: Int) {
        if text.codePoint(index) == 0x3A3, text.isFinalSigma(index) {
            symbols.append(0x3C2 | text.symbols[index] & Text.userBit)
        } else {
            append(text.symbols[index], mappedBy: \.lowercaseMapping)
        }
    }

    private func isFinalSigma(_ index: Int) -> Bool {
        let before = (0..<index).last { !PythonCharacter.isCaseIgnorable(codePoint($0)) }
        let after = (index + 1..<count).first { !PythonCharacter.isCaseIgnorable(codePoint($0)) }
        let followsLetter = before.map { PythonCharacter.isCased(codePoint($0)) } ?? false
        let precedesLetter = after.map { PythonCharacter.isCased(codePoint($0)) } ?? false
        return followsLetter && !precedesLetter
    }

    /// Small letters with no trace of case, for comparing: `ß` becomes `ss`.
    func casefolded() -> Text {
        mapped { properties in
            guard properties.changesWhenCaseFolded else { return properties.lowercaseMapping }
            return properties.uppercaseMapping.unicodeScalars.map(\.properties.lowercaseMapping).joined()
        }
    }

    func capitalized() -> Text {
        var result = Text(isMarkup: isMarkup)
        for index in symbols.indices {
            if index == 0 {
                result.append(symbols[index], mappedBy: \.titlecaseMapping)
            } else {
                result.appendLowercase(of: self, at: index)
            }
        }
        return result
    }

    func swappedCase() -> Text {
        var result = Text(isMarkup: isMarkup)
        for index in symbols.indices {
            if PythonCharacter.isUppercase(codePoint(index)) {
                result.appendLowercase(of: self, at: index)
            } else if PythonCharacter.isLowercase(codePoint(index)) {
                result.append(symbols[index], mappedBy: \.uppercaseMapping)
            } else {
                result.symbols.append(symbols[index])
            }
        }
        return result
    }

    /// Python's `str.title`: a letter after anything that is no letter starts a word.
    func titlecased() -> Text {
        var result = Text(isMarkup: isMarkup)
        var isInsideWord = false
        for index in symbols.indices {
            if isInsideWord {
                result.appendLowercase(of: self, at: index)
            } else {
                result.append(symbols[index], mappedBy: \.titlecaseMapping)
            }
            isInsideWord = PythonCharacter.isCased(codePoint(index))
        }
        return result
    }

    /// At least one cased character, and none of the other case.
    func hasOnlyCase(_ isRight: (UInt32) -> Bool, not isWrong: (UInt32) -> Bool) -> Bool {
        var found = false
        for index in symbols.indices {
            let point = codePoint(index)
            if isWrong(point) || PythonCharacter.isTitlecase(point) { return false }
            found = found || isRight(point)
        }
        return found
    }

    var isTitlecased: Bool {
        var isInsideWord = false
        var found = false
        for index in symbols.indices {
            let point = codePoint(index)
            if PythonCharacter.isUppercase(point) || PythonCharacter.isTitlecase(point) {
                if isInsideWord { return false }
                (isInsideWord, found) = (true, true)
            } else if PythonCharacter.isLowercase(point) {
                if !isInsideWord { return false }
                found = true
            } else {
                isInsideWord = false
            }
        }
        return found
    }
}
