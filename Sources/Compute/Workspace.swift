/// Where activations lie: a stack of floats that starts over in every layer.
///
/// What is made before the first layer stays until the step ends (the residual stream); what a layer makes is gone when
/// the next one is entered. A step therefore needs the memory of its largest layer, and allocates nothing.
struct Workspace {
    /// Floats in use.
    private var top = 0
    /// Where layers start.
    private var layerBase = 0
    private var layer: Int?
    /// The most floats that were ever in use.
    private(set) var peak = 0

    /// Takes memory for rows.
    mutating func take(rows: Int, columns: Int) -> Activation {
        let activation = Activation(offset: top, rows: rows, columns: columns, layer: layer)
        top += activation.floatCount
        peak = max(peak, top)
        return activation
    }

    /// Forgets what the last layer made.
    mutating func enter(layer index: Int) {
        if layer == nil { layerBase = top }
        top = layerBase
        layer = index
    }

    /// Whether an activation's memory is still its own.
    func isAlive(_ activation: Activation) -> Bool {
        activation.layer == nil || activation.layer == layer
    }
}

/// The memory that the steps of one model need, found by walking through its forward pass without computing.
package struct WorkspacePlan: Sendable, Equatable {
    package let limits: BatchLimits
    /// Floats for activations.
    package internal(set) var floatCount = 0
    /// The widest row that a `linear` reads.
    package internal(set) var inputColumns = 0
    /// The largest attention per key-value head: query heads in a group, key and value floats of a head.
    package internal(set) var groupSize = 0
    package internal(set) var keyLength = 0
    package internal(set) var valueLength = 0
    /// What the largest step multiplies and attends to.
    package internal(set) var work = StepWork()
    /// The largest expert layer; nil without experts.
    package internal(set) var experts: ExpertPlan?

    /// Sizes of an expert layer.
    package struct ExpertPlan: Sendable, Equatable {
        package var expertCount = 0
        package var usedCount = 0
        package var embeddingLength = 0
        package var feedForwardLength = 0
    }

    init(limits: BatchLimits) { self.limits = limits }

    mutating func include(_ weight: WeightHandle, input: Activation) {
        inputColumns = max(inputColumns, input.columns)
        work.include(weight, rows: input.rows)
    }

    mutating func include(_ attention: Attention) {
        groupSize = max(groupSize, attention.headCount / attention.keyValueHeadCount)
        keyLength = max(keyLength, attention.keyLength)
        valueLength = max(valueLength, attention.valueLength)
        work.include(attention)
    }

    mutating func include(_ feedForward: GatedFeedForward, rows: Int, usedCount: Int) {
        var plan = experts ?? ExpertPlan()
        plan.expertCount = max(plan.expertCount, feedForward.gate.matrixCount)
        plan.usedCount = max(plan.usedCount, usedCount)
        plan.embeddingLength = max(plan.embeddingLength, feedForward.gate.columns, feedForward.down.rows)
        plan.feedForwardLength = max(plan.feedForwardLength, feedForward.gate.rows)
        experts = plan
        for weight in [feedForward.gate, feedForward.up, feedForward.down] {
            work.include(weight, rows: rows, usedCount: usedCount)
        }
    }
}
