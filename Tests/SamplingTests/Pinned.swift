/// Orders as they were when they were first defined.
///
/// Data on disk depends on them: they never change.
///
/// Written by `Scripts/oracles/sample_order.py`, which computes them a second time.
enum Pinned {
  /// The first ten elements.
  static let permutations: [(count: Int, seed: UInt64, stream: UInt64, expected: [Int])] = [
    (2, 0, 0, [1, 0]),
    (3, 1, 0, [0, 1, 2]),
    (10, 0, 0, [6, 3, 1, 2, 9, 5, 0, 8, 7, 4]),
    (10, 1, 0, [0, 4, 9, 7, 3, 1, 2, 8, 6, 5]),
    (10, 0, 1, [4, 1, 8, 6, 3, 5, 7, 9, 2, 0]),
    (1000, 42, 7, [530, 252, 13, 345, 588, 585, 837, 351, 140, 212]),
    (1023, 0, 0, [787, 737, 688, 933, 792, 627, 697, 116, 23, 424]),
    (1024, 0, 0, [482, 101, 932, 580, 269, 194, 57, 357, 479, 318]),
    (5000, 42, 7, [1438, 3102, 3462, 3240, 4274, 2259, 1179, 683, 2719, 4765]),
    (
      57_432_971, 0, 0,
      [
        50_782_238, 26_883_444, 17_366_397, 788_810, 55_524_860, 19_301_158, 40_834_496, 10_368_065,
        20_044_156, 820_141,
      ]
    ),
    (
      1 << 33, .max, .max,
      [
        3_918_607_436, 4_979_857_419, 8_584_303_836, 2_185_317_924, 6_538_562_109, 1_701_353_001,
        346_810_726, 6_207_545_705, 7_001_643_987, 4_936_469_882,
      ]
    ),
    (
      1 << 40, 0, 0,
      [
        581_696_293_618, 51_167_036_054, 436_511_658_436, 632_370_299_269, 219_171_481_872, 860_662_560_609,
        606_072_305_518, 760_559_274_313, 449_125_928_663, 931_652_207_929,
      ]
    ),
  ]

  /// Entry, repetition and frame at the first positions.
  static let samples = [
    [1, 0, 6], [0, 0, 1], [0, 3, 0], [0, 2, 5], [1, 0, 36], [1, 0, 55],
    [0, 1, 2], [1, 0, 45], [0, 0, 3], [0, 2, 4], [0, 2, 6], [1, 0, 74],
  ]

  /// Repetition and frame at every 800,000th position.
  static let largeSamples = [[0, 837305], [2, 173338], [0, 359230], [1, 746718]]

  /// Uniform goals at the first positions.
  static let goals: [Int?] = [13, 853, 347, 690, 304, 639, 670, 902]

  /// From numpy 2.4; see `a sum of many numbers is added in numpy's order`.
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
