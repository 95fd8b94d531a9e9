import JSON
import Testing
import WireFormats

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(text.utf8), "padding may be missing")
    }

    @Test func otherForms() {
        #expect(Base64.decode("-_8=") == Base64.decode("+/8="))
        #expect(Base64.decode("Zm\r\n9v") == Array("foo".utf8))
        for bad in ["Z", "Zg=", "Zm9v=", "Z=g=", "Zg==Zg==", "é", "Zm9v Yg=="] { #expect(Base64.decode(bad) == nil) }
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00Z"), (1_700_000_000, 123_456_789, "2023-11-14T22:13:20.123456789Z"),
        (951_782_400, 500, "2000-02-29T00:00:00.0000005Z"), (-1, 0, "1969-12-31T23:59:59Z"),
        (4_107_542_399, 0, "2100-02-28T23:59:59Z"), (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"), (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    ])
    func writtenAndRead(seconds: Int64, nanoseconds: Int32, text: String) {
        let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        #expect(time.rfc3339 == text)
        #expect(Timestamp(rfc3339: text) == time)
    }

    @Test func extremesAreClamped() {
        #expect(Timestamp(seconds: .min, nanoseconds: .min).rfc3339 == "0001-01-01T00:00:00Z")
        #expect(Timestamp(seconds: .max, nanoseconds: .max).rfc3339 == "9999-12-31T23:59:59Z")
    }

    @Test func offsetsAreRead() {
        #expect(Timestamp(rfc3339: "2023-11-14T23:13:20+01:00")?.seconds == 1_700_000_000)
        #expect(Timestamp(rfc3339: "2023-11-14T16:43:20.25-05:30")?.nanoseconds == 250_000_000)
        for bad in ["", "2023-02-30T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01"] {
            #expect(Timestamp(rfc3339: bad) == nil)
        }
    }
}

@Suite struct KeepAliveTests {
    @Test(arguments: [
        ("5m", 300.0), ("1h15m30.5s", 4530.5), ("250ms", 0.25), ("0", 0), ("90", 90), ("+2s", 2), ("1.5h", 5400),
        ("1m1ns", 60.000000001),
    ])
    func durations(text: String, seconds: Double) {
        #expect(KeepAlive(text: text) == .duration(.seconds(seconds)))
    }

    @Test func whatIsNegativeOrEndlessIsForever() throws {
        for text in ["-1", "-1s", "-5m", "99999999h"] { #expect(KeepAlive(text: text) == .forever) }
        #expect(try KeepAlive(-0.5) == .forever && KeepAlive(1e300) == .forever)
        #expect(try KeepAlive(0).unloadsAtOnce && KeepAlive("0s").unloadsAtOnce)
    }

    @Test(arguments: ["", "s", "5 m", "m5", "5m5", "--5m", "1.2.3s", "٥m", "inf", "nan"])
    func badTextIsRefused(text: String) { #expect(KeepAlive(text: text) == nil) }

    @Test func badTypesAreRefused() {
        for value in [true, [], [:]] as [JSONValue] {
            #expect(wireError { () throws(WireError) in try KeepAlive(value) }?.parameter == "keep_alive")
        }
    }
}

@Suite struct OptionTests {
    @Test func optionsSurviveAClient() throws {
        var options = GenerationOptions()
        options.temperature = 0.1
        options.topK = 3
        options.seed = -1
        options.mapsFile = false
        options.stop = ["a", "b"]
        options.samplerOrder = ["top_k"]
        options.stopTokenIDs = [7]
        options.logitBias = [5: -.infinity, 9: 1.5]
        #expect(try GenerationOptions(options.json) == options)
        #expect("\(GenerationOptions().json)" == "{}")
    }

    @Test func otherSpellings() throws {
        let options = try GenerationOptions([
            "repetition_penalty": 1.1, "typ_p": 0.5, "n_predict": 3, "stop": "x", "logit_bias": [[5, false], [6, 2]],
        ])
        #expect(options.repetitionPenalty == 1.1 && options.typicalP == 0.5 && options.maximumTokens == 3)
        #expect(options.stop == ["x"] && options.logitBias == [5: -.infinity, 6: 2])
        #expect(options.unknownNames.isEmpty)
    }
}
