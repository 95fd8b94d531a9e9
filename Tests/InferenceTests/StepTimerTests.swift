import Inference
import Testing

@Suite struct StepTimerTests {
    @Test func aPromptAloneTakesTheLargestStep() {
        var timer = StepTimer(target: .milliseconds(200))
        #expect(timer.rowBudget(decodingRows: 0, limit: 512) == 512)
        #expect(timer.rowBudget(decodingRows: 3, limit: 512) == 512)
        timer.record(decodingRows: 0, promptRows: 100, duration: .seconds(10))
        #expect(timer.rowBudget(decodingRows: 0, limit: 512) == 512)
    }

    @Test func stepsShrinkToTheTarget() {
        var timer = StepTimer(target: .milliseconds(200))
        // 40 ms for decoding, 2 ms for every row of a prompt: 80 rows fit.
        for _ in 0..<100 {
            timer.record(decodingRows: 4, promptRows: 0, duration: .milliseconds(40))
            timer.record(decodingRows: 4, promptRows: 64, duration: .milliseconds(40 + 64 * 2))
        }
        #expect((83...85).contains(timer.rowBudget(decodingRows: 4, limit: 512)))
        #expect(timer.rowBudget(decodingRows: 4, limit: 50) == 50)
    }

    @Test func aHopelessTargetStillLetsPromptsIn() {
        var timer = StepTimer(target: .milliseconds(1))
        for _ in 0..<100 { timer.record(decodingRows: 2, promptRows: 100, duration: .seconds(1)) }
        #expect(timer.rowBudget(decodingRows: 2, limit: 512) == 18)
    }

    @Test func extremeTimesDoNotOverflow() {
        for duration in [Duration.zero, .nanoseconds(1), .seconds(1_000_000_000), .seconds(-5)] {
            var timer = StepTimer(target: .seconds(1_000_000_000))
            timer.record(decodingRows: 1, promptRows: 1_000_000, duration: duration)
            timer.record(decodingRows: 1, promptRows: 0, duration: duration)
            #expect((17...512).contains(timer.rowBudget(decodingRows: 1, limit: 512)))
        }
    }
}
