import JSON
import Testing
import WireFormats
import swiftllm

/// Numbers and tables as Ollama's users know them.
@Suite struct ModelReportTests {
    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1 KB"), (1500, "1.5 KB"), (9_999_999, "10.0 MB"),
            (986_123_456, "986 MB"), (4_700_000_000, "4.7 GB"), (12_900_000_000, "12 GB"), (2_000_000_000_000, "2 TB"),
        ] as [(Int64, String)])
    func sizes(bytes: Int64, text: String) { #expect(HumanText.size(bytes) == text) }

    @Test(
        arguments: [
            (7, "7"), (12_345, "12K"), (1_000_000, "1M"), (134_515_008, "134.52M"), (8_000_000_000, "8B"),
            (8_190_735_360, "8.2B"),
        ] as [(Int64, String)])
    func counts(count: Int64, text: String) { #expect(HumanText.count(count) == text) }

    @Test(
        arguments: [
            (0.4, "Less than a second"), (1, "1 second"), (59, "59 seconds"), (60, "About a minute"),
            (119, "About a minute"), (120, "2 minutes"), (3599, "59 minutes"), (3600, "About an hour"),
            (5399, "About an hour"), (5400, "2 hours"), (47 * 3600, "47 hours"), (48 * 3600, "2 days"),
            (13 * 86_400, "13 days"), (14 * 86_400, "2 weeks"), (60 * 86_400, "2 months"),
            (800 * 86_400, "2 years"), (.infinity, "31709791 years"),
        ] as [(Double, String)])
    func spans(seconds: Double, text: String) { #expect(HumanText.span(seconds: seconds) == text) }

    @Test func moments() {
        #expect(HumanText.moment(secondsFromNow: -7200) == "2 hours ago")
        #expect(HumanText.moment(secondsFromNow: 299) == "4 minutes from now")
        #expect(HumanText.moment(secondsFromNow: 1e10) == "Forever")
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (23_400_000, "23.4ms"), (1_234_567_000, "1.234567s"),
            (60_000_000_000, "1m0s"), (62_500_000_000, "1m2.5s"), (3_600_000_000_000, "1h0m0s"), (-1_500_000, "-1.5ms"),
            (.min, "-2562047h47m16.854775808s"),
        ] as [(Int64, String)])
    func durations(nanoseconds: Int64, text: String) {
        #expect(HumanText.duration(nanoseconds: nanoseconds) == text)
    }

    private static let now = Timestamp(seconds: 1_795_000_000)

    @Test func storedModelsAreListed() throws {
        let models = [
            ("tiny:latest", -7200, 986_123_456), ("hf.co/someone/large-model-GGUF:Q4_K_M", -40 * 86_400, 4_700_000_000),
        ].map { name, age, size in
            OllamaTags.Model(
                name: name, modified: Timestamp(seconds: Self.now.seconds + Int64(age)), byteCount: Int64(size),
                digest: String(repeating: "0123456789abcdef", count: 4), details: ModelDetails())
        }
        let reply = OllamaTags.body(models)
        #expect(
            try ModelTables.list(reply, prefix: nil, now: Self.now) == """
                NAME                                     ID              SIZE      MODIFIED
                tiny:latest                              0123456789ab    986 MB    2 hours ago
                hf.co/someone/large-model-GGUF:Q4_K_M    0123456789ab    4.7 GB    5 weeks ago

                """)
        #expect(try ModelTables.list(reply, prefix: "TI", now: Self.now).split(separator: "\n").count == 2)
        #expect(throws: ServerError.self) { try ModelTables.list(["error": "no"], prefix: nil, now: Self.now) }
    }

    @Test func loadedModelsAreListed() throws {
        func model(_ gpu: Int64, _ expires: Int64?) -> OllamaProcesses.Model {
            var model = OllamaProcesses.Model(
                name: "m:latest", digest: String(repeating: "a", count: 64), details: ModelDetails(),
                byteCount: 1_000_000_000, contextLength: 4096)
            model.gpuByteCount = gpu
            model.expires = expires.map { Timestamp(seconds: Self.now.seconds + $0) }
            return model
        }
        let reply = OllamaProcesses.body([
            model(0, 290), model(1_000_000_000, nil), model(520_000_000, -5), model(2_000_000_000, 10),
        ])
        let lines = try ModelTables.processes(reply, prefix: nil, now: Self.now).split(separator: "\n")
        #expect(lines[0] == "NAME        ID              SIZE    PROCESSOR          CONTEXT    UNTIL")
        #expect(lines[1] == "m:latest    aaaaaaaaaaaa    1 GB    100% CPU           4096       4 minutes from now")
        #expect(lines[2] == "m:latest    aaaaaaaaaaaa    1 GB    100% GPU           4096       Forever")
        #expect(lines[3] == "m:latest    aaaaaaaaaaaa    1 GB    48%/52% CPU/GPU    4096       Stopping...")
        #expect(lines[4] == "m:latest    aaaaaaaaaaaa    1 GB    Unknown            4096       10 seconds from now")
    }

    @Test func modelsAreShownInBlocks() {
        var model = OllamaShow.Reply()
        model.details.parameterSize = "8.2B"
        model.details.quantizationLevel = "Q4_K_M"
        model.modelInfo = JSONObject([
            (key: "general.architecture", value: "qwen3"), (key: "qwen3.context_length", value: 40960),
            (key: "qwen3.embedding_length", value: 4096),
        ])
        model.capabilities = ["completion", "thinking"]
        model.parameters = "stop                           \"<|im_end|>\"\ntemperature                    0.6"
        model.license = "Apache License\n\nVersion 2.0\u{1B}[2J\nThird\n"
        #expect(
            ModelReport(model).summary() == """
                  Model
                    architecture        qwen3
                    parameters          8.2B
                    context length      40960
                    embedding length    4096
                    quantization        Q4_K_M

                  Capabilities
                    completion
                    thinking

                  Parameters
                    stop           "<|im_end|>"
                    temperature    0.6

                  License
                    Apache License
                    Version 2.0[2J
                    ...


                """)
        model.tensors = [OllamaShow.Tensor(name: "output.weight", type: "Q6_K", shape: [4096, 151936])]
        let verbose = ModelReport(model).summary(isVerbose: true)
        #expect(verbose.contains("    qwen3.context_length      40960\n"))
        #expect(verbose.contains("    output.weight    Q6_K    [4096 151936]\n"))
    }

    @Test func statisticsAreAligned() {
        var summary = ReplySummary(
            reason: .endOfText, usage: Usage(promptTokens: 12, completionTokens: 50),
            durations: ReplyDurations(total: 1_234_567_000, prompt: 100_000_000, completion: 1_000_000_000))
        #expect(
            ReplyStatistics.text(summary) == """
                total duration:       1.234567s
                prompt eval count:    12 token(s)
                prompt eval duration: 100ms
                prompt eval rate:     120.00 tokens/s
                eval count:           50 token(s)
                eval duration:        1s
                eval rate:            50.00 tokens/s

                """)
        summary.usage.cachedTokens = 12
        #expect(ReplyStatistics.text(summary).contains("prompt cached count:  12 token(s)\n"))
        #expect(!ReplyStatistics.text(summary).contains("prompt eval rate"))
    }

    @Test func transfersShowBarsThatNeverGoBack() {
        var lines = TransferLines()
        func blob(_ completed: Int64) -> OllamaProgress {
            OllamaProgress("pulling 0123456789ab", digest: "sha256:01", total: 1_000_000_000, completed: completed)
        }
        let steps = [
            lines.take(OllamaProgress("pulling manifest"), at: .zero), lines.take(blob(0), at: .seconds(1)),
            lines.take(blob(500_000_000), at: .seconds(3)), lines.take(blob(400_000_000), at: .seconds(3)),
        ]
        #expect(steps == [true, true, false, false])
        let shown = lines.text(columns: 80, at: .seconds(3))
        #expect(shown[0] == "pulling manifest")
        #expect(shown[1].hasPrefix("pulling 0123456789ab:  50% ▕"))
        #expect(shown[1].hasSuffix("▏ 500 MB/1 GB  250 MB/s      2s"))
        #expect(shown.allSatisfy { $0.count <= 80 })
        #expect(lines.text(columns: 30, at: .seconds(3)).allSatisfy { $0.count <= 30 })
        #expect(lines.logLine == "pulling 0123456789ab: 50 %, 500 MB of 1 GB")
        let isLastStep = lines.take(blob(1_000_000_000), at: .seconds(5))
        #expect(isLastStep)
        lines.end()
        #expect(lines.text(columns: 80, at: .seconds(5))[1].hasSuffix("▏    1 GB"))
    }

    @Test func transfersBearAnyNumbers() {
        var lines = TransferLines()
        for (total, completed) in [(Int64.max, Int64.max), (.max, .min), (.min, 5), (0, 9), (3, .max)]
            as [(Int64, Int64)]
        {
            _ = lines.take(OllamaProgress("x", digest: "\(total)", total: total, completed: completed), at: .seconds(9))
        }
        #expect(lines.text(columns: 60, at: .seconds(10)).count == 4)
    }
}
