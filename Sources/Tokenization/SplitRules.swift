/// The rules that the rows of `PreTokenizers` name. Above each what is peculiar to it; an alternative's regular
/// expression stands with the constant that holds it.
extension SplitRule {
    static let `default` = SplitRule(
        .matches(.run(.init(of: .punctuation | (.asciiSymbols & !.backtick)))), .gpt2, .matches(.numbers),
        .matches(.threeDigits))

    static let gpt2 = SplitRule(.gpt2)

    /// Numbers one digit at a time, whatever stands before them.
    static let starcoder = SplitRule(.matches(.number), .gpt2)

    /// Punctuation apart, ASCII digits in threes.
    static let falcon = SplitRule(
        .matches(.run(.init(of: .punctuation | .asciiSymbols))), .gpt2, .matches(.threeDigits))

    static let llama3 = SplitRule(
        .matches(
            .contraction(.anyCase), .letters, .upToThreeNumbers, .symbolsThenLineBreaks, .lineBreaks,
            .spacesBeforeWord, .spaces))

    /// Long whitespace in powers of two.
    static let jais2 = SplitRule(
        .matches(
            .contraction(.anyCase), .letters, .upToThreeNumbers, .symbolsThenLineBreaks, .lineBreaks,
            .spacesByHalves))

    /// Numbers in threes first, so that none takes a space.
    static let minicpm5 = SplitRule(
        .matches(.upToThreeNumbers),
        .matches(
            .contraction(.anyCase), .letters, .numbers, .symbolsThenLineBreaks, .lineBreaks, .spacesBeforeWord,
            .spaces))

    static let qwen2 = SplitRule(.qwen2)

    /// Marks belong to letters.
    static let qwen35 = SplitRule(
        .matches(
            .contraction(.anyCase),
            .run(.init(before: .anythingButWordsAndBreaks, of: .letters | .marks)), .number,
            .run(
                .init(before: .space, of: !(.whitespace | .letters | .marks | .numbers), after: .lineBreaks)),
            .lineBreaks, .spacesBeforeWord, .spaces))

    /// No contractions: Turkish suffixes stay with their apostrophe.
    static let ufakzeka = SplitRule(
        .matches(.letters, .number, .symbolsThenLineBreaks, .lineBreaks, .spacesBeforeWord, .spaces))

    /// Lines first, so that whitespace never reaches over a line feed.
    static let laguna = SplitRule(.lines, .qwen2)

    /// Symbols and line breaks apart.
    static let seedCoder = SplitRule(
        .matches(
            .contraction(.anyCase), .letters, .number,
            .run(.init(before: .space, of: !(.whitespace | .letters | .numbers))), .lineBreaks, .spacesBeforeWord,
            .spaces))

    /// Words joined by single spaces stay together; one line break or slash goes with symbols.
    static let exaoneMoE = SplitRule(
        .matches(
            .contraction(.anyCase), .words(before: .anythingButWordsAndBreaks), .number,
            .run(
                .init(
                    before: .space, of: !(.whitespace | .letters | .numbers), after: .lineBreaks | .slash,
                    afterAtMost: 1)),
            .lineBreaks, .spacesBeforeWord, .spaces))

    static let deepseekLLM = SplitRule(
        .matches(.lineBreak), .matches(.scalars(.casedLetters, afterSpace: true)),
        .matches(.scalars(.widePunctuation, afterSpace: true)), .matches(.spacesAtEnd),
        .matches(.scalars(.eastAsian, afterSpace: false)), .matches(.numbers))

    static let deepseekCoder = SplitRule(
        .matches(.lineBreak), .matches(.run(.init(before: .whitespace, of: .letters))),
        .matches(.run(.init(before: .whitespace, of: .punctuation))),
        .matches(.scalars(.eastAsian, afterSpace: false)), .matches(.number))

    static let deepseekV3 = SplitRule(
        .matches(.upToThreeNumbers), .matches(.run(.init(of: .hanAndKana))),
        .matches(
            .identifier, .lettersAndMarks,
            .run(.init(before: .space, of: .punctuation | .symbols, after: .lineBreaks)), .lineBreaks,
            .spacesBeforeWord, .spaces))

    /// deepseek-v3 with line breaks one by one and digits one by one.
    static let spark = SplitRule(
        .matches(.upToThreeNumbers), .matches(.run(.init(of: .hanAndKana))),
        .matches(
            .identifier, .lettersAndMarks, .run(.init(before: .space, of: .punctuation | .symbols)), .lineBreak,
            .spacesBeforeWord, .spaces),
        .matches(.number))

    /// deepseek-v3 with digits grouped from the right and more scripts apart.
    static let afmoe = SplitRule(
        .digitGroupsFromRight, .matches(.run(.init(of: .asianScripts))),
        .matches(
            .identifier, .lettersAndMarks,
            .run(.init(before: .space, of: .punctuation | .symbols, after: .lineBreaks)), .lineBreaks,
            .spacesBeforeWord, .spaces))

    static let youtu = SplitRule(
        .matches(
            .run(.init(of: .hangul)), .run(.init(of: .cjkPunctuation)), .run(.init(of: .bopomofo)),
            .run(.init(of: .hanAndKana))),
        .matches(
            .lettersAndMarksThenContraction, .number, .symbolsThenLineBreaksOrSlashes, .lineBreaks,
            .spacesBeforeWord, .spaces))

    static let tinyAya = SplitRule(
        .digitGroupsFromRight,
        .matches(
            .lettersAndMarksThenContraction, .upToThreeNumbers, .symbolsThenLineBreaksOrSlashes, .lineBreaks,
            .spacesBeforeWord, .spaces))

    /// Words are cut where lowercase turns to uppercase.
    static let tekken = SplitRule(
        .matches(
            .cased(.init(before: .anythingButWordsAndBreaks, upper: .notLowercase, lower: .notUppercase)), .number,
            .symbolsThenLineBreaksOrSlashes, .lineBreaks, .spacesBeforeWord, .spaces))

    /// tekken with contractions and numbers in threes.
    static let gpt4o = SplitRule(
        .matches(
            .cased(
                .init(
                    before: .anythingButWordsAndBreaks, upper: .notLowercase, lower: .notUppercase,
                    contraction: .anyCase)),
            .upToThreeNumbers, .symbolsThenLineBreaksOrSlashes, .lineBreaks, .spacesBeforeWord, .spaces))

    /// gpt-4o with marks as letters.
    static let graniteEmbedding = SplitRule(
        .matches(
            .cased(
                .init(
                    before: .anythingButWordsAndBreaks, upper: .notLowercase | .marks, lower: .notUppercase | .marks,
                    contraction: .anyCase)),
            .upToThreeNumbers, .symbolsThenLineBreaksOrSlashes, .lineBreaks, .spacesBeforeWord, .spaces))

    static let kimiK2 = SplitRule(
        .matches(
            .run(.init(of: .han)), .lettersButHan, .upToThreeNumbers, .symbolsThenLineBreaks, .lineBreaks,
            .spacesBeforeWord, .spaces))

    /// Nothing but numbers is cut: merges reach over spaces.
    static let superBPE = SplitRule(.matches(.numbers), .thousands)

    static let chameleon = SplitRule(
        .matches(
            .delimited(
                .init(
                    start: Array("<sentinel:".utf8), inner: UInt8(ascii: "0")...UInt8(ascii: "9"),
                    end: UInt8(ascii: ">")))),
        .matches(
            .delimited(
                .init(
                    start: Array("IMGIMG".utf8), inner: UInt8(ascii: "A")...UInt8(ascii: "I"), atMost: 4,
                    end: UInt8(ascii: "Z")))),
        .matches(
            .run(.init(of: .tab | .lineFeed, atMost: 1)), .run(.init(of: .space, atLeast: 4, atMost: 4)),
            .run(.init(of: .space, atLeast: 2, atMost: 2))),
        .matches(.number), .matches(.run(.init(of: .punctuation | .asciiSymbols, atMost: 1))), .gpt2)

    static let bloom = SplitRule(.bloom)

    static let viking = SplitRule(.bloom, .matches(.number))

    static let lines = SplitRule(.lines)

    static let whitespace = SplitRule(.matches(.run(.init(of: !.whitespace))))
}

extension SplitPass {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    fileprivate static let gpt2 = matches(
        .contraction(.lowercase), .run(.init(before: .space, of: .letters)),
        .run(.init(before: .space, of: .numbers)),
        .run(.init(before: .space, of: !(.whitespace | .letters | .numbers))), .spacesBeforeWord, .spaces)

    fileprivate static let qwen2 = matches(
        .contraction(.anyCase), .letters, .number, .symbolsThenLineBreaks, .lineBreaks, .spacesBeforeWord, .spaces)

    /// `[^\n]+|[\n]+`
    fileprivate static let lines = matches(.run(.init(of: !.lineFeed)), .run(.init(of: .lineFeed)))

    /// ` ?[^(\s|.,!?…。，、।۔،)]+`
    fileprivate static let bloom = matches(.run(.init(before: .space, of: !(.whitespace | .sentencePunctuation))))
}

extension Alternative {
    /// `[^\r\n\p{L}\p{N}]?\p{L}+`
    fileprivate static let letters = run(.init(before: .anythingButWordsAndBreaks, of: .letters))
    /// `[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`
    fileprivate static let lettersAndMarks = run(
        .init(before: !(.lineBreaks | .letters | .punctuation | .symbols), of: .letters | .marks))
    /// `[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+(?:'[sS]|…)?`
    fileprivate static let lettersAndMarksThenContraction = run(
        .init(before: .anythingButWordsAndBreaks, of: .letters | .marks, contraction: .anyCase))
    /// ``[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+``
    fileprivate static let identifier = run(
        .init(
            before: .asciiPunctuation | .asciiSymbols, needsBefore: true, of: .lowercaseASCII | .uppercaseASCII))
    /// `\p{N}`
    fileprivate static let number = run(.init(of: .numbers, atMost: 1))
    /// `\p{N}{1,3}`
    fileprivate static let upToThreeNumbers = run(.init(of: .numbers, atMost: 3))
    /// `\p{N}+`
    fileprivate static let numbers = run(.init(of: .numbers))
    /// `[0-9][0-9][0-9]`
    fileprivate static let threeDigits = run(.init(of: .digits, atLeast: 3, atMost: 3))
    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    fileprivate static let symbolsThenLineBreaks = run(
        .init(before: .space, of: !(.whitespace | .letters | .numbers), after: .lineBreaks))
    /// ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
    fileprivate static let symbolsThenLineBreaksOrSlashes = run(
        .init(before: .space, of: !(.whitespace | .letters | .numbers), after: .lineBreaks | .slash))
    /// `[\r\n]`
    fileprivate static let lineBreak = run(.init(of: .lineBreaks, atMost: 1))
    /// `\s+`
    fileprivate static let spaces = run(.init(of: .whitespace))
}

extension ScalarSet {
    /// `[^\r\n\p{L}\p{N}]`
    fileprivate static let anythingButWordsAndBreaks = !(.lineBreaks | .letters | .numbers)
    /// Letters that are not `[a-z]`, which is what llama.cpp takes for uppercase.
    fileprivate static let notLowercase = letters & !lowercaseASCII
    /// Letters that are not `[A-Z]`.
    fileprivate static let notUppercase = letters & !uppercaseASCII
    fileprivate static let asciiSymbols = symbols & ascii
    fileprivate static let asciiPunctuation = punctuation & ascii
}

extension ScalarRanges {
    /// Han, and all between Samaritan and Han, and Hangul: `[一-龥ࠀ-一가-퟿]`.
    fileprivate static let eastAsian = ScalarRanges(ranges: [0x800...0x9FA5, 0xAC00...0xD7FF])

    /// `[!-/:-~！-／：-～‘-‟　-。]`
    fileprivate static let widePunctuation = ScalarRanges(ranges: [
        0x21...0x2F, 0x3A...0x7E, 0x2018...0x201F, 0x3000...0x3002, 0xFF01...0xFF0F, 0xFF1A...0xFF5E,
    ])

    /// Letters of the scripts that have case.
    fileprivate static let casedLetters = ScalarRanges(ranges: [
        0x41...0x5A, 0x61...0x7A, 0xB5...0xB5, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x1BA, 0x1BC...0x1BF,
        0x1C4...0x293, 0x295...0x2AF, 0x370...0x373, 0x376...0x377, 0x37B...0x37D, 0x37F...0x37F, 0x386...0x386,
        0x388...0x38A, 0x38C...0x38C, 0x38E...0x3A1, 0x3A3...0x3F5, 0x3F7...0x481, 0x48A...0x52F, 0x531...0x556,
        0x10A0...0x10C5, 0x13A0...0x13F5, 0x13F8...0x13FD, 0x1C90...0x1CBA, 0x1CBD...0x1CBF, 0x1D00...0x1D2B,
        0x1D6B...0x1D77, 0x1D79...0x1D9A, 0x1E00...0x1F15, 0x1F18...0x1F1D, 0x1F20...0x1F45, 0x1F48...0x1F4D,
        0x1F50...0x1F57, 0x1F59...0x1F59, 0x1F5B...0x1F5B, 0x1F5D...0x1F5D, 0x1F5F...0x1F7D, 0x1F80...0x1FB4,
        0x1FB6...0x1FBC, 0x1FBE...0x1FBE, 0x1FC2...0x1FC4, 0x1FC6...0x1FCC, 0x1FD0...0x1FD3, 0x1FD6...0x1FDB,
        0x1FE0...0x1FEC, 0x1FF2...0x1FF4, 0x1FF6...0x1FFC, 0x2102...0x2102, 0x2107...0x2107, 0x210A...0x2113,
        0x2115...0x2115, 0x2119...0x211D, 0x2124...0x2124, 0x2126...0x2126, 0x2128...0x2128, 0x212A...0x212D,
        0x212F...0x2134, 0x2139...0x2139, 0x213C...0x213F, 0x2145...0x2149, 0x214E...0x214E, 0x2183...0x2184,
        0x2C00...0x2C7B, 0x2C7E...0x2CE4, 0x2CEB...0x2CEE, 0x2CF2...0x2CF3, 0xA640...0xA66D, 0xA680...0xA69B,
        0xA722...0xA76F, 0xA771...0xA787, 0xA78B...0xA78E, 0xAB70...0xABBF, 0xFB00...0xFB06, 0xFB13...0xFB17,
        0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10400...0x1044F, 0x104B0...0x104D3, 0x104D8...0x104FB,
        0x10C80...0x10CB2, 0x10CC0...0x10CF2, 0x118A0...0x118DF, 0x1E900...0x1E943,
    ])
}
