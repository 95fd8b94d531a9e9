/// One piece of a template as the lexer cuts it.
struct Token: Equatable {
    enum Kind: Equatable {
        /// What stands outside of all tags.
        case data(Text)
        case variableBegin, variableEnd, blockBegin, blockEnd
        case name(String)
        case string(Text)
        case integer(Int)
        case float(Double)
        /// An operator or bracket.
        case symbol(String)
        case end
    }

    let line: Int
    let kind: Kind

    /// The token as error messages show it.
    var description: String {
        switch kind {
        case .data: "template data / text"
        case .variableBegin: "begin of print statement"
        case .variableEnd: "end of print statement"
        case .blockBegin: "begin of statement block"
        case .blockEnd: "end of statement block"
        case .name(let name): name
        case .string: "string"
        case .integer: "integer"
        case .float: "float"
        case .symbol(let symbol): symbol
        case .end: "end of template"
        }
    }
}
