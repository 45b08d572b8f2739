import ByteIO
import TestSupport
import Testing

@testable import ImageCodec

private let operations: [String: [Augmentation.Operation]] = [
  "crop": [.randomResizedCrop(area: 0.9...0.9)],
  "brightness": [.brightness(limit: 0.2)],
  "contrast": [.contrast(0.8..<1.2)],
  "saturation": [.saturation(0.8..<1.2)],
  "hue": [.hue(limit: 0.05)],
  "chain": Augmentation.openVLA.operations,
  "reversed": Augmentation.openVLA.operations.reversed(),
]

/// A picture of one row whose pixels are given.
private func row(_ pixels: [UInt8]...) throws -> Raster<UInt8> {
  try Raster(shape: ImageShape(height: 1, width: pixels.count, channels: 3), samples: pixels.flatMap { $0 })
}

/// The picture after one change.
private func changed(_ image: Raster<UInt8>, _ changes: Augmentation.Change...) throws -> Raster<UInt8> {
  var pixels = try FloatPixels(image)
  for change in changes { pixels.make(change) }
  return pixels.raster()
}

@Test func `the table of expected images is whole`() {
  let all = AugmentationExpectation.all()
  #expect(Set(all.map(\.file)).count == 9)
  #expect(Set(all.map(\.operation)) == Set(operations.keys).union(["center", "edge"]))
  #expect(all.allSatisfy { $0.samples.count == 12 })
}

@Test(arguments: AugmentationExpectation.all())
func `an augmented image is that of TensorFlow`(_ expected: AugmentationExpectation) throws {
  let image = try expected.image
  var pixels = try FloatPixels(image)
  let result: Raster<UInt8>
  if expected.operation == "center" {
    pixels.make(.crop(CropBox.center(area: 0.9)))
    #expect(expected.drawn == [CropBox.center(area: 0.9).start, CropBox.center(area: 0.9).side])
    result = try Augmentation.centerCrop(image)
  } else if expected.operation == "edge" {
    pixels.make(.crop(CropBox(start: expected.drawn[0], side: expected.drawn[1])))
    result = pixels.raster()
  } else {
    let augmentation = try Augmentation(try #require(operations[expected.operation]))
    for step in augmentation.steps(seed: expected.seed, camera: expected.camera) { pixels.make(step.change) }
    result = try augmentation.apply(to: image, seed: expected.seed, camera: expected.camera)
  }
  #expect(result.shape == image.shape)
  let last = result.samples.count - 1
  #expect((0..<12).map { result.samples[$0 * last / 11] } == expected.samples)
  #expect(checksum(result.samples) == expected.byteChecksum)
  // Adding 0 makes negative zeros positive, as the table has them.
  #expect(checksum(pixels.values.map { $0 + 0 }) == expected.floatChecksum)
}

@Test func `each operation has the seed and the numbers that it has in TensorFlow`() throws {
  let lines = augmentationLines("chains")
  #expect(!lines.isEmpty)
  for line in lines {
    let seed = SampleSeed(try #require(Int32(line[0])), try #require(Int32(line[1])))
    let steps = Augmentation.openVLA.steps(seed: seed, camera: try #require(Int(line[2])))
    let expected = Array(line.dropFirst(3))
    #expect(expected.count == 2 * steps.count)
    for (i, step) in steps.enumerated() {
      #expect([step.seed.first, step.seed.second] == wholes(expected[2 * i]))
      let drawn: [Float] =
        switch step.change {
        case .crop(let box): [box.start, box.start, box.side, box.side]
        case .brightness(let x), .contrast(let x), .saturation(let x), .hue(let x): [x]
        }
      #expect(drawn == floats(expected[2 * i + 1]))
    }
  }
}

@Test func `a colour's saturation and hue become those of TensorFlow`() throws {
  let lines = augmentationLines("colors")
  #expect(lines.count == 216 * 9)
  for line in lines {
    let amount = try #require(floats(line[1]).first)
    var pixel = try FloatPixels(row([0, 0, 0]))
    pixel.values = floats(line[2])
    pixel.make(line[0] == "hue" ? .hue(amount) : .saturation(amount))
    #expect(pixel.values == floats(line[3]), "\(line)")
  }
}

@Test func `added brightness is worked out by hand`() throws {
  // (100 ÷ 255 + 0.1) × 255.5 = 100.196 + 25.55 = 125.746: 125 and not 126, as what is behind the point is
  // dropped. 250 ÷ 255 + 0.1 is above 1: 255.5 becomes 255. 0 + 0.1: 25.55. Less 0.5, which is 127.75: below
  // 0, 250.49 − 127.75 = 122.74, below 0.
  let image = try row([100, 250, 0])
  #expect(try changed(image, .brightness(0.1)).samples == [125, 255, 25])
  #expect(try changed(image, .brightness(-0.5)).samples == [0, 122, 0])
  #expect(try changed(image, .brightness(0)) == image)
}

@Test func `contrast is worked out by hand`() throws {
  // Means 100 ÷ 255, 0 and 150 ÷ 255. Red: 100 ∓ 50 · 1.2 = 40 and 160 of 255; × 255.5 ÷ 255: 40.08, 160.3.
  // Blue: 150 ∓ 100 · 1.2 = 30 and 270, clipped.
  let image = try row([50, 0, 50], [150, 0, 250])
  #expect(try changed(image, .contrast(1.2)).samples == [40, 0, 30, 160, 0, 255])
  // Nothing but the mean is left: 100 · 255.5 ÷ 255 = 100.2, 150.3.
  #expect(try changed(image, .contrast(0)).samples == [100, 0, 150, 100, 0, 150])
}

@Test func `saturation and hue of one pixel are worked out by hand`() throws {
  // 200, 100, 50: value 200, saturation 150 ÷ 200, red leads, green is 50 of 150 above the least: a third of
  // a sixth of the circle.
  let image = try row([200, 100, 50])
  // Half the saturation: the least becomes 200 − 75 = 125, the middle 125 + 75 ÷ 3 = 150.
  #expect(try changed(image, .saturation(0.5)).samples == [200, 150, 125])
  // More than full saturation is full: least 0, middle 200 ÷ 3 = 66.67; × 255.5 ÷ 255 = 66.8.
  #expect(try changed(image, .saturation(2)).samples == [200, 66, 0])
  // A third of the circle on, red's part is green's and green's is blue's.
  #expect(try changed(image, .hue(1.0 / 3 + 0.001)).samples == [50, 200, 101])
  // A twelfth back: hue 1 ÷ 18 − 1 ÷ 12 = −1 ÷ 36, a sixth of a sixth before red: blue 50 + 150 ÷ 6 = 75.
  #expect(try changed(image, .hue(-1.0 / 12)).samples == [200, 50, 75])
}

@Test func `grays have neither saturation nor hue to change`() throws {
  let grays = try Raster(
    shape: ImageShape(height: 16, width: 16, channels: 3), samples: (0..<768).map { UInt8($0 / 3) })
  #expect(try changed(grays, .saturation(1.2)) == grays)
  #expect(try changed(grays, .saturation(0)) == grays)
  #expect(try changed(grays, .hue(0.05)) == grays)
  #expect(try changed(grays, .hue(-0.05)) == grays)
}

@Test func `a crop between two pixels is worked out by hand`() throws {
  // Three columns, box from 0.25 with half the side: columns at 0.25 · 2 = 0.5, 1 and 1.5.
  let image = try row([0, 10, 20], [100, 30, 20], [200, 250, 20])
  let box = CropBox(start: 0.25, side: 0.5)
  #expect(try changed(image, .crop(box)).samples == [50, 20, 20, 100, 30, 20, 150, 140, 20])
  #expect(
    box.places(count: 3) == [
      CropBox.Place(lower: 0, upper: 1, share: 0.5), CropBox.Place(lower: 1, upper: 1, share: 0),
      CropBox.Place(lower: 1, upper: 2, share: 0.5),
    ])
  #expect(box.places(count: 1) == [CropBox.Place(lower: 0, upper: 0, share: 0)])
}

@Test func `a place that rounds across the edge is beyond the image`() {
  // 0.9999996 · (1 − √0.85) + √0.85 is 1 in float32, and so is a hair of the last place's sum too much.
  let side = Float(0.85).squareRoot()
  let box = CropBox(start: 0.99999964 * (1 - side), side: side)
  #expect(box.places(count: 31).last == .some(nil))
  #expect(box.places(count: 31).dropLast().allSatisfy { $0 != nil })
  #expect(box.places(count: 32).allSatisfy { $0 != nil })
}

@Test func `an image of one colour stays so however it is cropped`() throws {
  let samples = (0..<21 * 17).flatMap { _ in [7, 77, 177] as [UInt8] }
  let image = try Raster(shape: ImageShape(height: 21, width: 17, channels: 3), samples: samples)
  let crop = try Augmentation([.randomResizedCrop(area: 0.3...0.9)])
  for number in 0..<20 {
    let seed = SampleSeed(mixtureSeed: 3, position: UInt64(number))
    #expect(try crop.apply(to: image, seed: seed, camera: 0) == image)
  }
  #expect(try Augmentation.centerCrop(image) == image)
}

@Test func `the whole area is the image itself`() throws {
  let image = try decoded("reach_push_3_wrist_image_5.png")
  let crop = try Augmentation([.randomResizedCrop(area: 1...1)])
  #expect(try crop.apply(to: image, seed: SampleSeed(1, 2), camera: 0) == image)
  #expect(try Augmentation.centerCrop(image, area: 1) == image)
  #expect(try Augmentation([]).apply(to: image, seed: SampleSeed(1, 2), camera: 0) == image)
}

@Test func `the same seed makes the same image and another seed or camera another`() throws {
  let image = try decoded("reach_push_3_wrist_image_5.png")
  let augmentation = Augmentation.openVLA
  let seed = SampleSeed(mixtureSeed: 42, position: 1000)
  let once = try augmentation.apply(to: image, seed: seed, camera: 0)
  #expect(try augmentation.apply(to: image, seed: seed, camera: 0) == once)
  #expect(try augmentation.apply(to: image, seed: seed, camera: 1) != once)
  let next = SampleSeed(mixtureSeed: 42, position: 1001)
  #expect(try augmentation.apply(to: image, seed: next, camera: 0) != once)
  // A camera's number is added to both halves of the seed.
  #expect(
    try augmentation.apply(to: image, seed: seed.forCamera(2), camera: 0)
      == augmentation.apply(to: image, seed: seed, camera: 2))
}

@Test func `images that are not RGB are refused`() throws {
  for channels in [1, 2, 4] {
    let image = try Raster(
      shape: ImageShape(height: 1, width: 1, channels: channels),
      samples: [UInt8](repeating: 9, count: channels))
    #expect(throws: ImageError.self) {
      try Augmentation.openVLA.apply(to: image, seed: SampleSeed(0, 0), camera: 0)
    }
    #expect(throws: ImageError.self) { try Augmentation.centerCrop(image) }
  }
}

@Test(
  arguments: [
    .randomResizedCrop(area: 0...0.9), .randomResizedCrop(area: 0.5...1.5), .brightness(limit: -0.1),
    .brightness(limit: .nan), .brightness(limit: .infinity), .contrast(-0.5..<1), .contrast(1..<(.infinity)),
    .saturation(-0.5..<1), .saturation(1..<(.infinity)), .contrast(1..<1), .hue(limit: 0.6),
    .hue(limit: -0.1), .hue(limit: .nan),
  ] as [Augmentation.Operation])
func `settings out of bounds are refused`(_ operation: Augmentation.Operation) {
  let error = #expect(throws: ImageError.self) { try Augmentation([.hue(limit: 0.05), operation]) }
  #expect(error?.kind == .usage)
  #expect(error?.description.contains(" cannot be; take ") == true)
}

@Test(arguments: [0, -0.5, 1.5, .nan] as [Float])
func `a central crop to an impossible area is refused`(_ area: Float) throws {
  let image = try row([1, 2, 3])
  #expect(throws: ImageError.self) { try Augmentation.centerCrop(image, area: area) }
}
