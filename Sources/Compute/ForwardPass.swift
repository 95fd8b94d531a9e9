/// One step of a model: what architectures call, in the order of their paper.
///
/// Every call is one operation of the backend, in place where the operation says so. Results made before the first
/// `enter(layer:)` live through the step; those made in a layer die when the next one is entered.
///
///     var x = pass.embed(embedding)
///     for (index, layer) in layers.enumerated() {
///         pass.enter(layer: index)
///         let h = pass.rmsNorm(x, layer.attentionNorm, epsilon: epsilon)
///         …
package struct ForwardPass {
    package let batch: Batch
    /// nil when the pass only finds out how much memory it needs.
    private let backend: (any Backend)?
    private var workspace = Workspace()
    private var plan: WorkspacePlan?
    private var layer = 0
    /// What the step is for.
    package var goal = Goal.logits
    /// `[logit rows of the batch, vocabulary]`, once the architecture has finished.
    package private(set) var logits: Activation?
    /// `[logit rows of the batch, embeddingLength]`: what the logits are made of.
    package private(set) var states: Activation?
    /// What was made of the states in place of logits.
    package private(set) var embeddings: Activation?

    /// What a step computes: scores of the vocabulary, or the states that they would be made of.
    package enum Goal: Sendable { case logits, states }

    /// Starts a step.
    ///
    /// - Precondition: the backend has reserved a plan whose limits the batch keeps.
    package init(_ backend: any Backend, batch: Batch) {
        self.backend = backend
        self.batch = batch
        backend.begin(batch)
    }

    private init(planning limits: BatchLimits) {
        backend = nil
        plan = WorkspacePlan(limits: limits)
        var batch = Batch()
        let pages = PageTable([PageID](repeating: PageID(index: 0), count: PagePool.pageCount(tokens: limits.rows)))
        batch.append(repeatElement(0, count: limits.rows), at: 0, pages: pages, logits: .none)
        self.batch = batch
    }

    /// Finds the memory that steps within `limits` need, by walking through `forward` without computing.
    package static func plan(
        for limits: BatchLimits, _ forward: (inout ForwardPass) -> Void
    ) -> WorkspacePlan {
        var pass = ForwardPass(planning: limits)
        forward(&pass)
        var plan = pass.plan ?? WorkspacePlan(limits: limits)
        plan.floatCount = pass.workspace.peak
        return plan
    }

    /// Makes room for a result; its rows are those of the batch unless said otherwise.
    private mutating func take(columns: Int, rows: Int) -> Activation {
        workspace.take(rows: rows, columns: columns)
    }

    private func check(_ activation: Activation) {
        precondition(workspace.isAlive(activation), "an activation of an earlier layer was used")
    }
}

// MARK: The way in and out

extension ForwardPass {
    /// Embeddings of the batch's tokens, `[tokens, embeddingLength]`.
    package mutating func embed(_ table: WeightHandle) -> Activation { embed(table, by: .token) }

    /// Embeddings of the batch's rows by their token, position or token type, `[tokens, embeddingLength]`.
    ///
    /// - Precondition: the table has a row for every position of the batch.
    package mutating func embed(_ table: WeightHandle, by number: RowNumber) -> Activation {
        let output = take(columns: table.columns, rows: batch.rowCount)
        backend?.embed(table, by: number, into: output)
        return output
    }

    /// Says which layer the next operations belong to, and forgets what the last one made.
    package mutating func enter(layer index: Int) {
        layer = index
        workspace.enter(layer: index)
    }

    /// The rows that want logits.
    package mutating func outputRows(_ x: Activation) -> Activation {
        check(x)
        let rows = plan?.limits.logitRows ?? batch.logitRows.count
        let output = take(columns: x.columns, rows: rows)
        backend?.gatherLogitRows(of: x, into: output)
        return output
    }

    /// Names the states of the rows that want logits, and goes on to the logits if the step is for them.
    package mutating func finish(
        states: Activation, logits: (inout ForwardPass, Activation) -> Activation
    ) {
        finish(states: states)
        if goal == .logits { finish(logits: logits(&self, states)) }
    }

    /// Names the states of a model that has no logits; whoever asked for them goes on from there.
    package mutating func finish(states: Activation) {
        check(states)
        self.states = states
    }

    /// Names what was made of the states, and ends the step.
    package mutating func finish(embeddings: Activation) {
        check(embeddings)
        self.embeddings = embeddings
        backend?.end()
    }

    /// Lends a row of the embeddings, to read and to change.
    package func withEmbedding<Result>(_ row: Int, _ body: (inout MutableSpan<Float>) -> Result) -> Result {
        guard let embeddings, let backend else { preconditionFailure("the pass has no embeddings") }
        return backend.withRow(row, of: embeddings, body)
    }

    /// Names the result of the step and ends it.
    package mutating func finish(logits: Activation) {
        check(logits)
        self.logits = logits
        backend?.end()
    }

    /// Lends the logits of one of the batch's logit rows, to read and to change.
    ///
    /// - Precondition: the architecture has finished; `index` counts the batch's logit rows.
    package func withLogits<Result>(_ index: Int, _ body: (inout MutableSpan<Float>) -> Result) -> Result {
        guard let logits, let backend else { preconditionFailure("the pass has no logits") }
        return backend.withRow(index, of: logits, body)
    }
}

// MARK: Matrices and norms

extension ForwardPass {
    /// `x · weightᵀ + bias`, and what an adapter adds.
    package mutating func linear(_ x: Activation, _ weight: WeightHandle, bias: VectorHandle? = nil) -> Activation {
        check(x)
        precondition(x.columns == weight.columns && weight.matrixCount == 1)
        precondition(bias.map { $0.count == weight.rows } ?? true)
        let output = take(columns: weight.rows, rows: x.rows)
        plan?.include(weight, input: x)
        backend?.linear(x, weight, bias: bias, into: output)
        guard let factors = weight.factors, let addition = weight.addition else { return output }
        return add(output, linear(scale(linear(x, factors.down), by: addition.scale), factors.up))
    }

    /// RMS norm of every row, times a weight per column.
    package mutating func rmsNorm(_ x: Activation, _ weight: VectorHandle, epsilon: Float) -> Activation {
        check(x)
        precondition(x.columns == weight.count)
        let output = take(columns: x.columns, rows: x.rows)
        backend?.rmsNorm(x, weight, epsilon: epsilon, into: output)
        return output
    }

    /// Layer norm of every row.
    package mutating func layerNorm(_ x: Activation, _ norm: LayerNorm) -> Activation {
        let output = take(columns: x.columns, rows: x.rows)
        return layerNorm(x, norm, into: output)
    }

    /// Layer norm of every row, in place.
    package mutating func layerNorm(inPlace x: Activation, _ norm: LayerNorm) -> Activation {
        layerNorm(x, norm, into: x)
    }

    private func layerNorm(_ x: Activation, _ norm: LayerNorm, into output: Activation) -> Activation {
        check(x)
        precondition(x.columns == norm.weight.count)
        backend?.layerNorm(x, norm, into: output)
        return output
    }

    /// RMS norm of every head of every row, in place; a head is as long as the weight.
    package mutating func headNorm(_ x: Activation, _ weight: VectorHandle, epsilon: Float) -> Activation {
        check(x)
        precondition(x.columns % weight.count == 0)
        backend?.headNorm(x, weight, epsilon: epsilon)
        return x
    }
}

// MARK: Attention

extension ForwardPass {
    /// Turns every head of every row by its position, in place.
    package mutating func rope(_ x: Activation, headLength: Int, _ rope: RoPEHandle) -> Activation {
        check(x)
        precondition(x.columns % headLength == 0 && rope.rotaryLength <= headLength)
        backend?.rope(x, headLength: headLength, rope)
        return x
    }

    /// Remembers keys and values in the layer's cache and attends with the queries.
    ///
    /// *Shape*: `[rows, headCount · valueLength]`.
    package mutating func attend(
        _ queries: Activation, _ keys: Activation, _ values: Activation, _ attention: Attention
    ) -> Activation {
        check(keys)
        check(values)
        precondition(keys.columns == attention.keyValueHeadCount * attention.keyLength)
        precondition(values.columns == attention.keyValueHeadCount * attention.valueLength)
        return attend(AttentionInputs(queries: queries, keys: keys, values: values), attention)
    }

    /// Attends to a cache that another layer has written in this step.
    package mutating func attend(_ queries: Activation, _ attention: Attention) -> Activation {
        precondition(attention.cacheLayer != nil)
        return attend(AttentionInputs(queries: queries, keys: nil, values: nil), attention)
    }

    private mutating func attend(_ inputs: AttentionInputs, _ attention: Attention) -> Activation {
        check(inputs.queries)
        precondition(inputs.queries.rows == batch.rowCount && attention.headCount % attention.keyValueHeadCount == 0)
        precondition(inputs.queries.columns == attention.headCount * attention.keyLength)
        precondition(attention.ahead == 0 || batch.sequences.allSatisfy { $0.firstPosition == 0 })
        let output = take(columns: attention.headCount * attention.valueLength, rows: inputs.queries.rows)
        plan?.include(attention)
        backend?.attend(inputs, attention, layer: attention.cacheLayer ?? layer, into: output)
        return output
    }
}

// MARK: Element by element

extension ForwardPass {
    /// `x + y`, in place in `x`.
    package mutating func add(_ x: Activation, _ y: Activation) -> Activation {
        check(x)
        check(y)
        precondition(x.rows == y.rows && x.columns == y.columns)
        backend?.add(x, y)
        return x
    }

    /// `x · y` element by element, in place in `x`.
    package mutating func multiply(_ x: Activation, _ y: Activation) -> Activation {
        check(x)
        check(y)
        precondition(x.rows == y.rows && x.columns == y.columns)
        backend?.multiply(x, y)
        return x
    }

    /// `x · factor`, in place.
    package mutating func scale(_ x: Activation, by factor: Float) -> Activation {
        check(x)
        backend?.scale(x, by: factor)
        return x
    }

    /// `cap · tanh(x / cap)`, in place.
    package mutating func softCap(_ x: Activation, _ cap: Float) -> Activation {
        check(x)
        backend?.softCap(x, cap: cap)
        return x
    }

    /// `function(x)`, in place.
    package mutating func activate(_ x: Activation, _ function: GateFunction) -> Activation {
        check(x)
        backend?.activate(x, function)
        return x
    }

    /// `silu(gate) · up`, in place in `gate`.
    package mutating func swiGLU(_ gate: Activation, _ up: Activation) -> Activation {
        self.gate(gate, up, .silu)
    }

    /// `gelu(gate) · up` with the tanh approximation, in place in `gate`.
    package mutating func geGLU(_ gate: Activation, _ up: Activation) -> Activation {
        self.gate(gate, up, .geluTanh)
    }

    /// `function(gate) · up`, in place in `gate`.
    package mutating func gate(_ gate: Activation, _ up: Activation, _ function: GateFunction) -> Activation {
        check(gate)
        check(up)
        precondition(gate.rows == up.rows && gate.columns == up.columns)
        backend?.gate(gate, up, function)
        return gate
    }
}

// MARK: Sequences

extension ForwardPass {
    /// The mean of every sequence's rows, `[sequences, columns]`.
    ///
    /// - Precondition: `x` has all rows of the batch.
    package mutating func pool(_ x: Activation) -> Activation {
        check(x)
        precondition(x.rows == (plan?.limits.logitRows ?? batch.rowCount))
        let output = take(columns: x.columns, rows: plan?.limits.sequences ?? batch.sequences.count)
        backend?.pool(x, into: output)
        return output
    }
}

// MARK: Feed-forward layers

extension ForwardPass {
    /// `down(function(gate(x)) · up(x))`.
    package mutating func feedForward(_ x: Activation, _ weights: GatedFeedForward) -> Activation {
        let gated = gate(linear(x, weights.gate), linear(x, weights.up), weights.function)
        return linear(gated, weights.down)
    }

    /// Every row's experts and their weights, from one logit per expert.
    package mutating func routeExperts(_ logits: Activation, _ routing: ExpertRouting) -> ChosenExperts {
        check(logits)
        precondition(routing.usedCount > 0 && routing.usedCount <= logits.columns)
        let chosen = ChosenExperts(
            experts: take(columns: routing.usedCount, rows: logits.rows),
            weights: take(columns: routing.usedCount, rows: logits.rows))
        backend?.routeExperts(logits, routing, into: chosen)
        return chosen
    }

    /// The weighted sum of every row's experts.
    package mutating func expertFeedForward(
        _ x: Activation, _ chosen: ChosenExperts, _ experts: GatedFeedForward
    ) -> Activation {
        check(x)
        check(chosen.experts)
        check(chosen.weights)
        precondition(x.columns == experts.gate.columns && chosen.experts.rows == x.rows)
        let output = take(columns: experts.down.rows, rows: x.rows)
        plan?.include(experts, rows: x.rows, usedCount: chosen.experts.columns)
        backend?.expertFeedForward(x, chosen, experts, into: output)
        return output
    }
}
