/// Orders as they were when they were first defined. Data on disk depends on them: they never change.
enum Pinned {
  static let permutations: [(count: Int, seed: UInt64, stream: UInt64, expected: [Int])] = []
  static let samples: [[Int]] = []
  static let largeSamples: [[Int]] = []
  static let goals: [Int?] = []
  /// From numpy; see `a sum of many numbers is added in numpy's order`.
  static let numpyShares: [(count: Int, bits: UInt64)] = [
    (7, 0x3FC2492492492493),
    (8, 0x3FC0000000000000),
    (9, 0x3FBC71C71C71C71D),
    (23, 0x3FA642C8590B2163),
    (27, 0x3FA2F684BDA12F67),
    (64, 0x3F90000000000001),
    (127, 0x3F80204081020409),
    (128, 0x3F7FFFFFFFFFFFFF),
    (129, 0x3F7FC07F01FC07F2),
    (200, 0x3F747AE147AE147B),
    (1000, 0x3F50624DD2F1A9FC),
  ]
}
