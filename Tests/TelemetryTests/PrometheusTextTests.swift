import Telemetry
import Testing

@Suite("Prometheus text")
struct PrometheusTextTests {
    @Test("Buckets count from the lowest up, and the last one holds all")
    func histogram() {
        var histogram = Histogram(bounds: [0.1, 1])
        [0.05, 0.1, 0.5, 7].forEach { histogram.observe($0) }
        histogram.observe(.nan)
        var text = PrometheusText()
        text.begin("wait_seconds", .histogram, help: "Time\nwaited.")
        text.add("wait_seconds", [(name: "model", value: "a\"b\\")], histogram)
        #expect(
            text.text == """
                # HELP wait_seconds Time\\nwaited.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{model="a\\"b\\\\",le="0.1"} 2
                wait_seconds_bucket{model="a\\"b\\\\",le="1"} 3
                wait_seconds_bucket{model="a\\"b\\\\",le="+Inf"} 4
                wait_seconds_sum{model="a\\"b\\\\"} 7.65
                wait_seconds_count{model="a\\"b\\\\"} 4

                """)
    }

    @Test("Numbers are written as Prometheus reads them")
    func numbers() {
        var text = PrometheusText()
        text.add("a", [], 3)
        text.add("b", [], 0.25)
        text.add("c", [], Double.infinity)
        text.add("d", [], 2e20)
        #expect(text.text == "a 3\nb 0.25\nc +Inf\nd 2e+20\n")
    }

    @Test("One, two, five")
    func bounds() { #expect(Histogram.oneTwoFive(upTo: 100) == [1, 2, 5, 10, 20, 50, 100]) }
}
