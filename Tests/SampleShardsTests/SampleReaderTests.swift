import ByteIO
import ImageCodec
import JSON
import MixtureSupport
import SampleShards
import TensorFiles
import TestSupport
import Testing

@Suite struct SampleReaderTests {
  private let directory: TemporaryDirectory
  private let mixture = TinyMixture()
  private let samples: SampleSet

  init() throws {
    directory = try TemporaryDirectory()
    samples = try mixture.write(to: directory("m"))
  }

  private func options(_ change: (inout SampleReader.Options) -> Void) -> SampleReader.Options {
    var options = SampleReader.Options()
    options.size = ImageSize(height: 6, width: 5)
    change(&options)
    return options
  }

  /// The places in the stream that come, and where the stream stands at the end.
  private func stream(_ options: SampleReader.Options, from start: Int = 0) async throws -> (places: [Int], end: Int) {
    var reader = try SampleReader(samples, options, from: place(start))
    var places: [Int] = []
    while let batch = try await reader.next() {
      places += zip(batch.epochs, batch.positions).map { $0 * samples.count + $1 }
    }
    return (places, reader.place.epoch * samples.count + reader.place.position)
  }

  private func place(_ number: Int) -> SampleReader.Place {
    SampleReader.Place(epoch: number / samples.count, position: number % samples.count)
  }

  @Test(arguments: [1, 2, 3, 5, 22], [1, 4]) func `ranks share the samples in order`(_ world: Int, _ size: Int)
    async throws
  {
    var all: [Int] = []
    for rank in 0..<world {
      let places = try await stream(
        options {
          ($0.rank, $0.world, $0.batchSize) = (rank, world, size)
        }
      ).places
      #expect(places == Array(stride(from: rank, to: 21, by: world)))
      all += places
    }
    #expect(all.sorted() == Array(0..<21))
  }

  @Test func `one rank, then two, then three keep union and order`() async throws {
    // 4 samples alone, then 3 batches of 2 for each of 2 ranks, then the rest of 2 epochs on 3 ranks.
    var order: [Int] = []
    var start = 0
    for (world, size, batches) in [(1, 4, 1), (2, 2, 3), (3, 1, Int.max)] {
      var byRank: [[Int]] = []
      var ends: Set<Int> = []
      for rank in 0..<world {
        var reader = try SampleReader(
          samples,
          options {
            ($0.rank, $0.world, $0.batchSize, $0.epochs) = (rank, world, size, 2)
          }, from: place(start))
        var places: [Int] = []
        var count = 0
        while count < batches, let batch = try await reader.next() {
          places += zip(batch.epochs, batch.positions).map { $0 * samples.count + $1 }
          count += 1
        }
        byRank.append(places)
        ends.insert(reader.place.epoch * samples.count + reader.place.position)
      }
      for index in 0..<(byRank[0].count) {
        for places in byRank where index < places.count { order.append(places[index]) }
      }
      #expect(ends.count == 1)  // All ranks agree on where they stand.
      start = ends.first ?? -1
    }
    #expect(order == Array(0..<42))
    #expect(start == 42)
  }

  @Test func `a reader goes on from every place`() async throws {
    for start in 0...60 {
      let (places, end) = try await stream(
        options {
          ($0.epochs, $0.batchSize, $0.workers) = (3, 7, 2)
        }, from: start)
      #expect(places == Array(start..<63))
      #expect(end == 63)
    }
  }

  @Test func `the place after each batch is where the next reader begins`() async throws {
    let options = options {
      ($0.epochs, $0.batchSize, $0.workers, $0.world, $0.rank) = (2, 3, 2, 2, 1)
    }
    let all = try await stream(options).places
    var reader = try SampleReader(samples, options)
    var taken = 0
    while let batch = try await reader.next() {
      taken += batch.positions.count
      let place = reader.place
      #expect(
        try await stream(options, from: place.epoch * samples.count + place.position).places == Array(all[taken...]))
    }
    #expect(taken == 21)
  }

  @Test func `a last batch that is not full is left out for all ranks`() async throws {
    // 21 samples on 2 ranks: 11 and 10. Batches of 2: 5 full ones each; of 11: rank 0 alone could fill one.
    for rank in 0..<2 {
      func places(_ size: Int) async throws -> [Int] {
        try await stream(
          options {
            ($0.rank, $0.world, $0.batchSize, $0.dropsLast) = (rank, 2, size, true)
          }
        ).places
      }
      #expect(try await places(2) == Array(stride(from: rank, to: 20, by: 2)))
      #expect(try await places(11) == [])
    }
  }

  @Test func `a stream without end goes on with the next epoch`() async throws {
    var reader = try SampleReader(
      samples,
      options {
        ($0.epochs, $0.batchSize) = (nil, 10)
      }, from: .init(epoch: 6, position: 18))
    let batch = try #require(try await reader.next())
    #expect(batch.positions == [18, 19, 20, 0, 1, 2, 3, 4, 5, 6])
    #expect(batch.epochs == [6, 6, 6, 7, 7, 7, 7, 7, 7, 7])
    #expect(reader.place == .init(epoch: 7, position: 7))
  }

  @Test(arguments: SampleShardTests.forms, [1, 3]) func `a batch holds the samples, row after row`(
    _ form: SampleLayout.Form, _ window: Int
  ) async throws {
    let mixture = TinyMixture(window: window, form: form, hasGoal: true)
    let samples = try mixture.write(to: directory("b"))
    // Positions 2 and 20 are of the dataset without a wrist camera; frames keep their size, which 2 cannot tell.
    var reader = try SampleReader(samples, options { ($0.batchSize, $0.size) = (19, nil) }, from: .init(position: 2))
    let batch = try #require(try await reader.next())
    let range = 2..<21
    #expect(batch.positions == Array(range))
    #expect(batch.action == range.flatMap(mixture.action))
    #expect(batch.actionBins == range.flatMap(mixture.bins))
    #expect(batch.actionValid == range.flatMap(mixture.valid))
    #expect(batch.proprio == range.flatMap(mixture.proprio))
    #expect(batch.observationValid == (window == 1 ? [] : range.flatMap(mixture.observationValid)))
    #expect(batch.instructions.map { String(utf8: $0) } == range.map { mixture.instruction($0) ?? "" })
    #expect(batch.datasetIndex == range.map { UInt16(mixture.dataset($0)) })
    #expect(batch.episodeOrdinal == range.map(mixture.episode))
    #expect(batch.stepIndex == range.map(mixture.step))
    #expect(batch.goalStep == range.map(mixture.goalStep))
    #expect(batch.height == 6 && batch.width == 5)
    for (picture, frames) in mixture.layout.pictures {
      var expected: [UInt8] = []
      for position in range {
        for frame in 0..<frames {
          let bytes = Bytes(try mixture.frame(picture, position, frame))
          if form == .encoded, bytes.count > 0 {
            expected += try bytes.withSpan { try ImageDecoder(channels: .rgb).decode8($0).samples }
          } else {
            expected += try mixture.pixels(picture, position, frame)?.samples ?? [UInt8](repeating: 0, count: 90)
          }
        }
      }
      #expect(batch.pixels[picture] == expected)
    }
  }

  @Test func `a batch that begins with a missing view has its zeros`() async throws {
    var layout = mixture
    layout.layout.views = ["wrist", "primary"]
    let samples = try layout.write(to: directory("w"))
    var reader = try SampleReader(samples, options { ($0.batchSize, $0.size) = (2, nil) }, from: .init(position: 2))
    let batch = try #require(try await reader.next())
    #expect(batch.pixels["image.wrist"]?.count == 2 * 90)
    #expect(batch.pixels["image.wrist"]?.prefix(90).allSatisfy { $0 == 0 } == true)
    #expect(batch.pixels["image.primary"]?.count == 2 * 90)
  }

  @Test func `random changes depend on epoch and position alone`() async throws {
    func batches(_ size: Int, _ workers: Int, from start: Int = 0) async throws -> [Int: [UInt8]] {
      var reader = try SampleReader(
        samples,
        options {
          ($0.epochs, $0.batchSize, $0.workers, $0.augmentation) = (2, size, workers, .openVLA)
        }, from: place(start))
      var frames: [Int: [UInt8]] = [:]
      while let batch = try await reader.next() {
        let pixels = try #require(batch.pixels["image.primary"])
        for (row, (epoch, position)) in zip(batch.epochs, batch.positions).enumerated() {
          frames[epoch * samples.count + position] = Array(pixels[row * 90..<row * 90 + 90])
        }
      }
      return frames
    }
    let whole = try await batches(1, 1)
    #expect(whole.count == 42)
    #expect(try await batches(5, 2) == whole)
    #expect(try await batches(4, 7) == whole)
    #expect(try await batches(3, 2, from: 17) == whole.filter { $0.key >= 17 })
    // Another pass changes the same frames otherwise.
    #expect((0..<21).allSatisfy { whole[$0] != whole[$0 + 21] })
  }

  @Test func `options that cannot be are refused`() throws {
    func refusal(_ place: SampleReader.Place = .init(), _ change: (inout SampleReader.Options) -> Void) {
      let error = #expect(throws: SampleShardError.self) { try SampleReader(samples, options(change), from: place) }
      #expect(error?.kind == .usage)
      #expect(error?.description.hasPrefix(samples.path + ": ") == true)
    }
    refusal { $0.batchSize = 0 }
    refusal { $0.workers = 0 }
    refusal { $0.world = 0 }
    refusal { $0.rank = 1 }
    refusal { $0.rank = -1 }
    refusal { $0.epochs = -1 }
    refusal { ($0.batchSize, $0.world) = (Int.max, 2) }
    refusal(.init(epoch: 0, position: 22)) { _ in }
    refusal(.init(epoch: -1, position: 0)) { _ in }
    refusal(.init(epoch: 0, position: -1)) { _ in }
    refusal(.init(epoch: Int.max, position: 0)) { _ in }
  }

  @Test func `frames of several sizes need a size`() async throws {
    let path = directory("m/samples-00000-of-00003.safetensors")
    var tensors = try mixture.tensors(0..<8).filter { !$0.name.hasPrefix("image.primary") }
    let frames = try (0..<8).map { $0 == 3 ? TinyImage.jpeg : try mixture.frame("image.primary", $0, 0) }
    try replace("image.primary", frames, in: &tensors, path)
    var reader = try SampleReader(try reopened(), options { ($0.batchSize, $0.size) = (8, nil) })
    let error = await #expect(throws: SampleShardError.self) { try await reader.next() }
    #expect(error?.description.contains("sample 3, image.primary has 16×16 pixels, others of the batch 6×5") == true)
    var resizing = try SampleReader(try reopened(), options { $0.batchSize = 8 })
    #expect(try await resizing.next()?.pixels["image.primary"]?.count == 8 * 90)
  }

  @Test func `a frame that cannot be decoded is named`() async throws {
    let path = directory("m/samples-00000-of-00003.safetensors")
    var tensors = try mixture.tensors(0..<8).filter { !$0.name.hasPrefix("image.primary") }
    let frames = try (0..<8).map { $0 == 5 ? Array("GIF89a".utf8) : try mixture.frame("image.primary", $0, 0) }
    try replace("image.primary", frames, in: &tensors, path)
    var reader = try SampleReader(try reopened(), options { $0.batchSize = 8 })
    let error = await #expect(throws: SampleShardError.self) { try await reader.next() }
    #expect(error?.file == path)
    #expect(error?.problem.hasPrefix("sample 5, image.primary: ") == true)
  }
}

extension SampleReaderTests {
  /// Writes a shard whose picture has other frames.
  private func replace(
    _ picture: String, _ frames: [[UInt8]], in tensors: inout [(name: String, tensor: HostTensor)], _ path: String
  ) throws {
    let offsets = frames.reduce(into: [UInt64(0)]) { $0.append(($0.last ?? 0) + UInt64($1.count)) }
    let bytes = frames.flatMap { $0 }
    tensors.append((picture + ".bytes", HostTensor(.uint8, [bytes.count], values: bytes)))
    tensors.append((picture + ".offsets", HostTensor(.uint64, [offsets.count], values: offsets)))
    try writeTensors(tensors, to: path)
  }

  /// The mixture with an index that has the sizes of its files as they are.
  private func reopened() throws -> SampleSet {
    var index = samples.index
    for number in index.shards.indices {
      index.shards[number].byteCount = try Directory.status(samples.path + "/" + index.shards[number].file).byteCount
    }
    try AtomicFile.write(Array(index.json.serialized().utf8), to: samples.path + "/" + MixtureIndex.fileName)
    return try SampleSet(samples.path)
  }
}
