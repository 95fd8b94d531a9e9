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
        .matches(.sentinel), .matches(.image),
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
