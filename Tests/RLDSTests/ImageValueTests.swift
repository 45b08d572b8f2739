import ByteIO
import ImageCodec
import RLDS
import TensorFiles
import TestSupport
import Testing

@Suite struct ImageValueTests {
  /// The image feature of a synthetic dataset that declares `shape` and stores `image`.
  private func firstImage(_ shape: [Int], _ image: [UInt8]) throws -> (leaf: FeatureLeaf, file: Bytes) {
    let directory = try TemporaryDirectory()
    var synthetic = SyntheticDataset()
    synthetic.image = image
    synthetic.imageShape = shape
    let dataset = try DatasetDirectory(try synthetic.write(to: directory.path))
    let column = try episodes(of: dataset.splits[0], in: dataset)[1].column("steps/observation/image")
    guard case .images(let files) = column?.items, let leaf = column?.feature.leaf else {
      throw EpisodeError(.missingFeature, at: EpisodePlace(file: "", record: 0, offset: 0))
    }
    #expect(files.count == 3)
    return (leaf, files[2])
  }

  @Test func `an image of the declared size is decoded`() throws {
    let (leaf, file) = try firstImage([16, 16, 3], TinyImage.jpeg)
    #expect(file.array == TinyImage.jpeg)
    #expect(throws: Never.self) { try leaf.checkImage(file) }
    #expect(try leaf.decodedImage(file).shape == [16, 16, 3])
  }

  @Test func `open sizes take any image`() throws {
    let (leaf, file) = try firstImage([-1, -1, 3], TinyImage.jpeg)
    #expect(try leaf.decodedImage(file).shape == [16, 16, 3])
  }

  @Test(arguments: [[8, 16, 3], [16, 17, 3]]) func `an image of another size is refused`(_ shape: [Int]) throws {
    let (leaf, file) = try firstImage(shape, TinyImage.jpeg)
    for check in [{ _ = try leaf.decodedImage(file) }, { try leaf.checkImage(file) }] {
      let error = #expect(throws: ImageError.self) { try check() }
      let place = EpisodePlace(file: "a.tfrecord", record: 4, offset: 99)
      let line = EpisodeError(
        .image(try #require(error)), at: place, feature: "steps/observation/image", step: 2
      ).description
      #expect(line.hasPrefix("a.tfrecord: record 4 at byte 99: feature `steps/observation/image`, step 2: "))
      #expect(line.contains("16"))
    }
  }

  @Test func `a header of 65,535 × 65,535 pixels is refused before anything is allocated`() throws {
    var image = TinyImage.jpeg
    let frame = try #require(image.indices.dropLast(9).first { image[$0] == 0xFF && image[$0 + 1] == 0xC0 })
    for offset in 5...8 { image[frame + offset] = 0xFF }  // Height and width.
    let (leaf, file) = try firstImage([-1, -1, 3], image)
    #expect(throws: ImageError.self) { try leaf.checkImage(file) }
    #expect(throws: ImageError.self) { try leaf.decodedImage(file) }
  }

  @Test func `every truncation of an image is refused`() throws {
    let (leaf, _) = try firstImage([16, 16, 3], TinyImage.jpeg)
    for count in 0..<TinyImage.jpeg.count {
      #expect(throws: ImageError.self, "\(count)") { try leaf.decodedImage(Bytes(Array(TinyImage.jpeg[..<count]))) }
    }
  }
}
