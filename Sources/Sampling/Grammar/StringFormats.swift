/// The values of `format` that a constraint keeps, as regular expressions.
enum StringFormats {
    /// Formats of numbers and contents, which say nothing about a string's characters.
    static let annotations: Set<String> = [
        "binary", "byte", "password", "int32", "int64", "uint32", "uint64", "float", "double", "decimal", "text",
    ]

    static var names: [String] { regexes.keys.sorted() }

    /// The expression that a format's strings match; nil for formats without one.
    static func regex(of format: String) -> String? { regexes[format].map { "^(?:\($0))$" } }

    /// RFC 3339, with days that their months have.
    private static let date: String = {
        let leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
        let year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
        let days =
            "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        return "(?:\(year)-\(days)|\(leapYear)-02-29)"
    }()
    private static let time: String = {
        let clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
        return clock + "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
    }()
    private static let byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

    private static let regexes: [String: String] = [
        "date": date,
        "time": time,
        "date-time": "\(date)T\(time)",
        "duration":
            "P(?:[0-9]{1,9}W|(?:[0-9]{1,9}D|[0-9]{1,9}M(?:[0-9]{1,9}D)?|[0-9]{1,9}Y(?:[0-9]{1,9}M(?:[0-9]{1,9}D)?)?)"
            + "(?:T(?:[0-9]{1,9}H(?:[0-9]{1,9}M(?:[0-9]{1,9}S)?)?|[0-9]{1,9}M(?:[0-9]{1,9}S)?|[0-9]{1,9}S))?"
            + "|T(?:[0-9]{1,9}H(?:[0-9]{1,9}M(?:[0-9]{1,9}S)?)?|[0-9]{1,9}M(?:[0-9]{1,9}S)?|[0-9]{1,9}S))",
        "uuid": "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        "ipv4": "\(byte)(?:\\.\(byte)){3}",
        "email": "[A-Za-z0-9_+-]{1,64}(?:\\.[A-Za-z0-9_+-]{1,63}){0,3}@\(label)(?:\\.\(label)){1,4}",
        "hostname": "\(label)(?:\\.\(label)){0,3}",
        "uri": "[A-Za-z][A-Za-z0-9+.-]{0,30}://(?:\(label)(?:\\.\(label)){0,3})(?::[0-9]{1,5})?"
            + "(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]*)*(?:\\?[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?(?:#[A-Za-z0-9._~-]*)?",
    ]
}
