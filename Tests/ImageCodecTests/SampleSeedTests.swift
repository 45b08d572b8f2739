import Testing

@testable import ImageCodec

@Test func `a sample's seed follows from the mixture's and the position`() {
  // From a Philox written in Python for this: key (mixture), counter (position, "seed", "augm").
  let expected: [(mixture: UInt64, position: UInt64, first: Int32, second: Int32)] = [
    (0, 0, 1_149_483_623, 455_930_258),
    (0, 1, 1_563_898_213, 1_509_800_241),
    (42, 1000, 776_649_737, 1_812_092_414),
    (.max, .max, 585_828_592, 1_860_360_254),
    (42, 1 << 32, 691_422_337, 219_912_409),
    (1 << 32, 0, 783_873_547, 57_259_228),
  ]
  for row in expected {
    #expect(
      SampleSeed(mixtureSeed: row.mixture, position: row.position) == SampleSeed(row.first, row.second))
  }
}

@Test func `seeds of different samples differ`() {
  let seeds = (0..<64).flatMap { mixture in
    (0..<64).map { SampleSeed(mixtureSeed: mixture, position: $0) }
  }
  #expect(Set(seeds).count == 64 * 64)
}

@Test func `a camera's number is added and wraps around`() {
  #expect(SampleSeed(1, 2).forCamera(0) == SampleSeed(1, 2))
  #expect(SampleSeed(1, 2).forCamera(3) == SampleSeed(4, 5))
  #expect(SampleSeed(.max, -1).forCamera(1) == SampleSeed(.min, 0))
  #expect(SampleSeed(0, 0).forCamera(-1) == SampleSeed(-1, -1))
  #expect(SampleSeed(0, 0).forCamera(.max) == SampleSeed(-1, -1))
}
