#if arch(arm64)
    /// Register tile of attention: four queries, one vector of four registers.
    typealias QueryTileWidth = Lanes<4>
    typealias VectorTileWidth = Lanes<1>
#endif
