/// Takes a model's weights in the order in which its architecture names them.
///
/// Nothing has to be there before `finishLoading`: who knows all weights can place and pack them at once, or only
/// remember what they are (`WeightList`).
package protocol WeightLoader: AnyObject {
    /// Loads a matrix, or several of one shape.
    ///
    /// - Throws: `invalidShape`, `wrongByteCount`, `platform`.
    func load(_ source: WeightSource) throws(ComputeError) -> WeightHandle

    /// Loads a vector.
    func load(vector: [Float]) throws(ComputeError) -> VectorHandle

    /// Loads a RoPE.
    func load(rope: RoPE) throws(ComputeError) -> RoPEHandle

    /// All weights have been named: when this returns they are there.
    ///
    /// - Parameter progress: told the bytes of the source of each piece, on any thread.
    /// - Throws: `platform`.
    func finishLoading(progress: @escaping @Sendable (_ sourceBytes: Int) -> Void) throws(ComputeError)
}

/// Owns the weights, cache and workspace of one model and computes with them.
///
/// The closed list of operations that architectures are made of, on views of the workspace. An operation writes every
/// float of its output, padding included, and may run late (a backend may queue) as long as each sees the results of
/// those before it. Nothing above holds a pointer, so a GPU keeps its own form of everything.
///
/// A row's result depends on its own sequence alone, bit for bit: not on the number of threads, the other rows of the
/// batch, where pages lie, or how a prompt is cut into chunks.
package protocol Backend: WeightLoader {
    // MARK: Setting up

    /// Sets memory aside for the steps that the plan was made for and for a cache; called once, after all loading.
    ///
    /// - Throws: `platform`.
    func reserve(_ plan: WorkspacePlan, cache: CacheLayout, pageCount: Int) throws(ComputeError)

    /// Memory that the backend holds.
    var memory: BackendMemory { get }

    // MARK: A step

    /// Starts a step. The rows, sequences and logit rows are within the limits of the plan.
    func begin(_ batch: Batch)

    /// All operations of the step have been asked for: the batch is not needed any more.
    func end()

    /// Rows of a table: `output[r] = table[number of r]`, where the number is the row's token, position or token type.
    func embed(_ table: WeightHandle, by number: RowNumber, into output: Activation)

    /// `output[r] = input[rows[r]]` for the batch's logit rows.
    func gatherLogitRows(of input: Activation, into output: Activation)

    /// `output = input · weightᵀ + bias`.
    func linear(_ input: Activation, _ weight: WeightHandle, bias: VectorHandle?, into output: Activation)

    /// `output = input / √(mean(input²) + epsilon) · weight`, over a row.
    func rmsNorm(_ input: Activation, _ weight: VectorHandle, epsilon: Float, into output: Activation)

    /// RMS norm over every `weight.count` values of a row, in place.
    func headNorm(_ x: Activation, _ weight: VectorHandle, epsilon: Float)

    /// `output = (input − mean) / √(variance + epsilon) · weight + bias`, over a row; `output` may be `input`.
    func layerNorm(_ input: Activation, _ norm: LayerNorm, into output: Activation)

    /// Turns every head of every row by its position, in place.
    func rope(_ x: Activation, headLength: Int, _ rope: RoPEHandle)

    /// Stores the rows' keys and values in the cache, then attends from every row to its own sequence.
    ///
    /// A row reads its keys and values back as they are stored, whatever chunk wrote them.
    func attend(_ inputs: AttentionInputs, _ attention: Attention, layer: Int, into output: Activation)

    /// `x += y`.
    func add(_ x: Activation, _ y: Activation)

    /// `x *= y`.
    func multiply(_ x: Activation, _ y: Activation)

    /// `x *= factor`.
    func scale(_ x: Activation, by factor: Float)

    /// `x = cap · tanh(x / cap)`.
    func softCap(_ x: Activation, cap: Float)

    /// `gate = function(gate) · up`.
    func gate(_ gate: Activation, _ up: Activation, _ function: GateFunction)

    /// `x = function(x)`.
    func activate(_ x: Activation, _ function: GateFunction)

    /// Chooses every row's experts; of equal ones the lower number wins.
    func routeExperts(_ logits: Activation, _ routing: ExpertRouting, into chosen: ChosenExperts)

    /// `output[r] = Σ over r's experts, best first, of weight · down(gate(x) · up(x))`.
    func expertFeedForward(
        _ input: Activation, _ chosen: ChosenExperts, _ experts: GatedFeedForward, into output: Activation)

    /// The mean of the rows of each of the batch's sequences, summed in order: `output` has a row per sequence.
    func pool(_ input: Activation, into output: Activation)

    // MARK: Results

    /// Waits for all operations, then lends one row of `x`, padding left out.
    func withRow<Result>(_ row: Int, of x: Activation, _ body: (inout MutableSpan<Float>) -> Result) -> Result
}

/// Keys and values to remember and the queries to attend with.
package struct AttentionInputs: Sendable, Equatable {
    /// `[rows, headCount · keyLength]`.
    package let queries: Activation
    /// `[rows, keyValueHeadCount · keyLength]`; nil when another layer has written the cache already.
    package let keys: Activation?
    /// `[rows, keyValueHeadCount · valueLength]`.
    package let values: Activation?

    package init(queries: Activation, keys: Activation?, values: Activation?) {
        precondition((keys == nil) == (values == nil))
        self.queries = queries
        self.keys = keys
        self.values = values
    }
}

/// Bytes that a backend holds.
package struct BackendMemory: Sendable, Equatable {
    /// Weights in memory of the process's own.
    package var weightBytes = 0
    /// Weights in mapped files, which other processes share and the system can drop and read again.
    package var mappedBytes = 0
    package var cacheBytes = 0
    package var workspaceBytes = 0

    package init() {}
}
