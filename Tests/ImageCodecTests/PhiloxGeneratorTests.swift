import TestSupport
import Testing

@testable import ImageCodec

@Test func `Philox gives the known answers of its authors`() {
  // Random123's kat_vectors for philox4x32-10.
  #expect(
    PhiloxGenerator.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
      == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
  #expect(
    PhiloxGenerator.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
      == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
  #expect(
    PhiloxGenerator.block(
      counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
      key: SIMD2(0xA409_3822, 0x299F_31D0))
      == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
}

@Test func `random numbers are those of TensorFlow`() throws {
  let lines = augmentationLines("random")
  #expect(lines.count == 18)
  for line in lines {
    let seed = SampleSeed(try #require(Int32(line[0])), try #require(Int32(line[1])))
    let numbers = PhiloxGenerator(seed: seed)
    switch line[2] {
    case "unit": #expect(numbers.uniformFloat(9) == floats(line[3]))
    case "span": #expect(numbers.uniform(5, low: -0.2, high: 0.2) == floats(line[3]))
    default: #expect(try numbers.uniformInteger(9, below: .max) == wholes(line[3]))
    }
  }
}

@Test func `random numbers have the values that are written down for them`() throws {
  let numbers = PhiloxGenerator(seed: SampleSeed(1, 2))
  #expect(numbers.uniformFloat(3) == [0.8440604, 0.19204533, 0.9962232])
  #expect(PhiloxGenerator(seed: SampleSeed(0, 0)).uniformFloat(3) == [0.21101546, 0.70601, 0.8000634])
  #expect(try numbers.uniformInteger(2, below: .max) == [1_105_988_140, 1_738_052_849])
  let large = PhiloxGenerator(seed: SampleSeed(123_456_789, 2_000_000_000))
  #expect(try large.uniformInteger(2, below: .max) == [990_586_425, 545_728_361])
  #expect(SampleSeed(1, 2).next() == SampleSeed(1_105_988_140, 1_738_052_849))
  let box = CropBox.random(area: 0.9...0.9, numbers)
  #expect(box.side == 0.94868326 && abs(box.start - 0.0433144) < 1e-7)
}

@Test func `shorter draws are the beginnings of longer ones`() throws {
  let numbers = PhiloxGenerator(seed: SampleSeed(-7, 9))
  let all = numbers.uniformFloat(11)
  for count in 0..<11 { #expect(numbers.uniformFloat(count) == Array(all.prefix(count))) }
  #expect(numbers.uniformFloat(-1).isEmpty)
  #expect(all.allSatisfy { $0 >= 0 && $0 < 1 })
}

@Test(arguments: [0, -1, Int32.min])
func `whole numbers below nothing are refused`(_ limit: Int32) {
  #expect(throws: ImageError.self) {
    try PhiloxGenerator(seed: SampleSeed(1, 2)).uniformInteger(1, below: limit)
  }
}
