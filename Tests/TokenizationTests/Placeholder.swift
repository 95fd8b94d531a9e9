import Testing  // replaced by the first suite
