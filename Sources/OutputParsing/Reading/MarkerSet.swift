/// What a marker does where it counts.
enum MarkerAction: Sendable, Equatable {
    /// Reasoning begins; the index of its tags.
    case openThinking(Int)
    /// Reasoning ends.
    case closeThinking
    /// A call begins; the index of its trigger.
    case beginCall(Int)
    /// Structure that nobody is to see.
    case drop
}

/// Markers that are looked for together; the longest that fits counts.
struct MarkerSet: Sendable {
    private struct Marker: Sendable {
        let bytes: [UInt8]
        let place: MarkerPlace
        let action: MarkerAction
    }

    /// What some bytes are.
    enum Match: Equatable {
        case none
        /// The beginning of a marker that may yet come whole.
        case beginning
        /// A marker, and its length: what comes after it is not part of it.
        case whole(MarkerAction, count: Int)
    }

    private var markers: [Marker] = []
    private var isFirstByte = [Bool](repeating: false, count: 256)

    var isEmpty: Bool { markers.isEmpty }

    mutating func add(_ text: String, _ place: MarkerPlace, _ action: MarkerAction) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return }
        markers.append(Marker(bytes: bytes, place: place, action: action))
        isFirstByte[Int(first)] = true
    }

    func canBegin(with byte: UInt8) -> Bool { isFirstByte[Int(byte)] }

    /// What `held` is, looking only at markers that count at these places.
    /// - Parameter isFinal: no more bytes come, so that a beginning is nothing.
    func match(_ held: [UInt8], isStart: Bool, isAfterCall: Bool, isFinal: Bool) -> Match {
        var whole: Marker?
        for marker in markers where counts(marker.place, isStart: isStart, isAfterCall: isAfterCall) {
            if held.count < marker.bytes.count {
                if !isFinal, marker.bytes.starts(with: held) { return .beginning }
            } else if held.starts(with: marker.bytes), marker.bytes.count > (whole?.bytes.count ?? 0) {
                whole = marker
            }
        }
        return whole.map { .whole($0.action, count: $0.bytes.count) } ?? .none
    }

    private func counts(_ place: MarkerPlace, isStart: Bool, isAfterCall: Bool) -> Bool {
        switch place {
        case .anywhere: true
        case .atStart: isStart
        case .afterCall: isAfterCall
        }
    }
}
