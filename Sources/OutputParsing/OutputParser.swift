/// Splits what a model says into reasoning, text and tool calls, while it says it.
///
/// Total: any text gives parts, never an error. What looks like a tag or a call is held back until it is decided, and
/// given out as text if it is none, so that text without tags comes out byte for byte. Every byte is looked at a
/// bounded number of times, and at most about twice `HeldLimit.call` bytes are held. How the text is cut into chunks
/// changes only how the parts are cut.
///
/// White space around tags is layout and dropped: after an opening tag, before and after a closing one, and around
/// calls.
package struct OutputParser: Sendable {
    private enum State {
        case text
        case thinking
        case call(any CallReader)
    }

    private let format: OutputFormat
    private let tools: CallableTools
    private var textMarkers = MarkerSet()
    private var closingMarkers = MarkerSet()

    private var state = State.text
    private var parts = PartList()
    /// Beginning of a possible marker.
    private var held: [UInt8] = []
    /// White space that is dropped if a tag follows.
    private var space: [UInt8] = []
    /// All bytes since a call's trigger, given out as text if it is none.
    private var raw: [UInt8] = []
    private var isStart = true
    private var isAfterCall = false
    /// Whether white space is dropped until something else comes.
    private var skipsSpace = false
    /// Bytes of the prompt's end that were read as if the model had said them, and must not come out as its text.
    private var unsaidCount = 0
    private var hasInput = false

    /// A parser for one answer.
    /// - Parameters:
    ///   - tools: what may be called. Nil: unknown, calls of any name are read. Empty: nothing may be called, and
    ///     what looks like a call is text.
    ///   - prompt: the rendered prompt, whose end may have opened the reasoning or begun the answer's structure.
    package init(format: OutputFormat, tools: [ToolSignature]? = nil, prompt: String = "") {
        self.format = format
        self.tools = CallableTools(signatures: tools)
        addMarkers(readsCalls: tools?.isEmpty != true)
        read(promptEnd: prompt)
    }

    /// Reads more of the answer.
    package mutating func append(_ text: String) -> [OutputPart] {
        hasInput = hasInput || !text.isEmpty
        for byte in text.utf8 { read(byte) }
        return parts.take()
    }

    /// The answer ended: gives out all that was held back.
    package mutating func finish() -> [OutputPart] {
        guard hasInput else { return [] }
        decideHeld(isFinal: true)
        finishCall()
        releaseSpace()
        return parts.take()
    }

    // MARK: Set-up

    private mutating func addMarkers(readsCalls: Bool) {
        for (index, tags) in format.thinking.enumerated() {
            textMarkers.add(tags.open, tags.place, .openThinking(index))
            // A reasoning that was opened before the answer, unknown to us, or closed twice.
            for close in tags.closes { textMarkers.add(close, .atStart, .closeThinking) }
        }
        for mark in format.dropped { textMarkers.add(mark, .anywhere, .drop) }
        guard readsCalls, let calls = format.calls else { return }
        for (index, trigger) in calls.triggers.enumerated() {
            textMarkers.add(trigger.marker, trigger.place, .beginCall(index))
        }
        for mark in calls.trailers { textMarkers.add(mark, .afterCall, .drop) }
    }

    private mutating func read(promptEnd prompt: String) {
        // Longer than any tag by far; the whole prompt may be megabytes.
        let end = Array(prompt.utf8.suffix(512).trimmedText.utf8)
        if let tags = format.thinking.firstIndex(where: { end.hasSuffix($0.open.utf8.trimmedText) }) {
            beginThinking(tags)
        } else if let tail = format.promptTails.first(where: { end.hasSuffix($0.utf8.trimmedText) }) {
            for byte in tail.utf8 { read(byte) }
            unsaidCount = held.count + raw.count
        }
    }

    // MARK: Bytes

    private mutating func read(_ byte: UInt8) {
        guard case .call(var reader) = state else {
            readOutsideCall(byte)
            return
        }
        state = .text
        let wholeBefore = parts.wholeCallCount
        let step = raw.count < HeldLimit.call ? reader.read(byte, into: &parts) : .failed
        if parts.wholeCallCount > wholeBefore {
            raw.removeAll(keepingCapacity: true)
            unsaidCount = 0
        }
        switch step {
        case .reading:
            if parts.wholeCallCount == wholeBefore { raw.append(byte) }
            state = .call(reader)
        case .finished: endCall()
        case .ended:
            endCall()
            readOutsideCall(byte)
        case .failed:
            failCall()
            readOutsideCall(byte)
        }
    }

    private mutating func readOutsideCall(_ byte: UInt8) {
        let markers = currentMarkers
        if held.isEmpty, !markers.canBegin(with: byte) {
            plain(byte)
        } else {
            held.append(byte)
            decideHeld(isFinal: false)
        }
    }

    private var currentMarkers: MarkerSet {
        if case .thinking = state { closingMarkers } else { textMarkers }
    }

    /// Acts on the held bytes as far as they are decided.
    private mutating func decideHeld(isFinal: Bool) {
        while !held.isEmpty {
            let match = currentMarkers.match(held, isStart: isStart, isAfterCall: isAfterCall, isFinal: isFinal)
            switch match {
            case .beginning: return
            case .none: plain(held.removeFirst())
            case .whole(let action, let count):
                let marker = Array(held.prefix(count))
                let rest = Array(held.dropFirst(count))
                held = []
                act(action, marker: marker)
                for byte in rest { read(byte) }
                if !isFinal { return }
            }
        }
    }

    private mutating func act(_ action: MarkerAction, marker: [UInt8]) {
        switch action {
        case .drop:
            unsaidCount = 0
            if isAfterCall || isStart { dropSpace() }
        case .closeThinking:
            dropSpace()
            state = .text
            skipsSpace = true
            isStart = true
        case .openThinking(let index):
            unsaidCount = 0
            if isStart { dropSpace() } else { releaseSpace() }
            beginThinking(index)
        case .beginCall(let index):
            guard let calls = format.calls else { return }
            raw = space + marker
            space = []
            state = .call(calls.reader(for: tools))
            guard calls.triggers[index].isPartOfCall else { return }
            raw.removeLast(marker.count)
            for byte in marker { read(byte) }
        }
    }

    private mutating func beginThinking(_ index: Int) {
        closingMarkers = MarkerSet()
        for close in format.thinking[index].closes { closingMarkers.add(close, .anywhere, .closeThinking) }
        state = .thinking
        skipsSpace = true
    }

    // MARK: Calls

    private mutating func endCall() {
        state = .text
        raw = []
        isStart = true
        isAfterCall = true
        skipsSpace = true
    }

    /// What was read since the trigger is text.
    private mutating func failCall() {
        state = .text
        skipsSpace = false
        let bytes = raw
        raw = []
        for byte in bytes { say(byte) }
        isStart = false
        isAfterCall = false
    }

    private mutating func finishCall() {
        guard case .call(var reader) = state else { return }
        if reader.finish(into: &parts) { endCall() } else { failCall() }
    }

    // MARK: Plain bytes

    /// A byte that is no part of a tag or call.
    private mutating func plain(_ byte: UInt8) {
        if byte.isSpace, !currentMarkers.isEmpty {
            guard !skipsSpace else { return }
            space.append(byte)
            if space.count > HeldLimit.space { releaseSpace() }
            return
        }
        releaseSpace()
        skipsSpace = false
        if case .thinking = state {
            parts.thinking(byte)
        } else {
            isStart = false
            isAfterCall = false
            say(byte)
        }
    }

    private mutating func say(_ byte: UInt8) {
        if unsaidCount > 0 { unsaidCount -= 1 } else { parts.text(byte) }
    }

    private mutating func dropSpace() { space.removeAll(keepingCapacity: true) }

    private mutating func releaseSpace() {
        for byte in space {
            if case .thinking = state { parts.thinking(byte) } else { say(byte) }
        }
        dropSpace()
    }
}
