import Foundation
import Sampling

/// THE table of sampling options on the command line: name, range, and what it sets.
struct SamplingFlag: Sendable {
    let option: CommandOption
    let apply: @Sendable (Arguments, CommandOption, inout SamplingOptions) throws -> Void

    /// An option that sets a number.
    private static func number(
        _ name: String, _ range: ClosedRange<Double>, _ help: String,
        set: @escaping @Sendable (inout SamplingOptions, Float) -> Void
    ) -> SamplingFlag {
        let option = CommandOption(name, value: .number(range), placeholder: "X", help: help)
        return SamplingFlag(option: option) { arguments, option, options in
            if let value = arguments.number(option) { set(&options, Float(value)) }
        }
    }

    /// An option that sets an integer.
    private static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ help: String,
        set: @escaping @Sendable (inout SamplingOptions, Int) -> Void
    ) -> SamplingFlag {
        let option = CommandOption(name, value: .integer(range), placeholder: "N", help: help)
        return SamplingFlag(option: option) { arguments, option, options in
            if let value = arguments.integer(option) { set(&options, value) }
        }
    }

    static let all: [SamplingFlag] = [
        number("temperature", 0...100, "Divisor of the logits; 0 always takes the likeliest token. Default 0.8.") {
            $0.temperature = $1
        },
        integer("top-k", 0...1_000_000, "Keep the N likeliest tokens; 0 is off. Default 40.") { $0.topK = $1 },
        number("top-p", 0...1, "Keep the likeliest tokens up to this mass; 1 is off. Default 0.95.") { $0.topP = $1 },
        number("min-p", 0...1, "Drop tokens less likely than this share of the likeliest. Default 0.05.") {
            $0.minP = $1
        },
        number("typical-p", 0...1, "Keep the most typical tokens up to this mass; 1 is off.") { $0.typicalP = $1 },
        number("top-n-sigma", 0...1000, "Drop logits this many standard deviations below the largest; 0 is off.") {
            $0.topNSigma = $1 == 0 ? nil : $1
        },
        number("repeat-penalty", 0.01...100, "Divisor of logits of tokens that occurred; 1 is off.") {
            $0.penalties.repetition = $1
        },
        number("frequency-penalty", -100...100, "Subtracted for every occurrence of a token; 0 is off.") {
            $0.penalties.frequency = $1
        },
        number("presence-penalty", -100...100, "Subtracted once if a token occurred; 0 is off.") {
            $0.penalties.presence = $1
        },
        integer("repeat-last-n", -1...1_000_000, "How many last tokens penalties look at; -1 all. Default 64.") {
            $0.penalties.window = $1 < 0 ? nil : $1
        },
        number("dry-multiplier", 0...100, "Strength of the penalty on extending a repetition (DRY); 0 is off.") {
            $0.dry.multiplier = $1
        },
        number("dry-base", 0...100, "Growth of the DRY penalty with each repeated token. Default 1.75.") {
            $0.dry.base = $1
        },
        integer("dry-allowed-length", 0...1_000_000, "Longest repetition free of the DRY penalty. Default 2.") {
            $0.dry.allowedLength = $1
        },
        number("xtc-probability", 0...1, "How often top choices are excluded (XTC); 0 is off.") {
            $0.xtc.probability = $1
        },
        number("xtc-threshold", 0...1, "Probability that makes a top choice for XTC. Default 0.1.") {
            $0.xtc.threshold = $1
        },
        number("dynatemp-range", 0...100, "Half the width of the dynamic temperature; 0 is off.") {
            $0.dynamicTemperatureRange = $1
        },
        number("dynatemp-exponent", 0...100, "How entropy maps to the dynamic temperature. Default 1.") {
            $0.dynamicTemperatureExponent = $1
        },
        integer("mirostat", 0...2, "Control the text's surprise with Mirostat 1 or 2; 0 is off.") { options, version in
            guard version > 0 else { return }
            options.mirostat = options.mirostat ?? SamplingOptions.Mirostat()
            options.mirostat?.version = version == 1 ? .first : .second
        },
        number("mirostat-tau", 0...100, "Mirostat's target surprise in bits. Default 5.") {
            $0.mirostat?.targetSurprise = $1
        },
        number("mirostat-eta", 0...1, "Mirostat's learning rate. Default 0.1.") { $0.mirostat?.learningRate = $1 },
        order,
        bias,
    ]

    private static let order = SamplingFlag(
        option: CommandOption(
            "samplers", value: .text, placeholder: "NAMES",
            help: "Order of the sampling stages, separated by semicolons; or 'llama.cpp' (default) or 'vllm'.")
    ) { arguments, option, options in
        switch arguments.text(option) {
        case nil: return
        case "llama.cpp"?: options.order = StageKind.llamaCppOrder
        case "vllm"?: options.order = StageKind.vLLMOrder
        case let names?: options.order = try StageKind.order(named: names.split(separator: ";").map(String.init))
        }
    }

    private static let bias = SamplingFlag(
        option: CommandOption(
            "logit-bias", value: .text, placeholder: "ID(+|-)X", isRepeatable: true,
            help: "Add to a token's logit, as in 15043+1.5 or 15043-inf; may be given several times.")
    ) { arguments, option, options in
        for text in arguments.texts(option) {
            guard let split = text.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }),
                let token = Int32(text[..<split]), let value = Float(text[split...]), !value.isNaN
            else {
                throw UsageError.invalidValue(
                    of: "--logit-bias", expected: "a token's number and a signed value, such as 15043-1.5",
                    found: text, nearest: nil)
            }
            options.logitBias[token] = value
        }
    }
}

extension CommandOption {
    static let seed = CommandOption(
        "seed", value: .integer(0...Int.max), placeholder: "N",
        help: "Seed of the random source; the same seed gives the same text. Default: another one every time.")
}

extension SamplingOptions {
    /// The options that a command line asks for.
    init(_ arguments: Arguments) throws {
        self.init()
        seed = arguments.integer(.seed).map(UInt64.init) ?? UInt64.random(in: 0...UInt64(Int64.max))
        for flag in SamplingFlag.all { try flag.apply(arguments, flag.option, &self) }
    }
}
