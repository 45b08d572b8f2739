internal import ByteIO
internal import Checkpoints
internal import ImageCodec
internal import PolicyImages
public import SampleShards
public import VLA

/// Measures a checkpoint on a mixture's samples.
public struct CheckpointEvaluation {
  private let policy: Policy
  private let inputs: PolicyInputs
  private let pass: TrainingPass
  /// Samples at a time.
  private let batchSize: Int
  private let view: String?

  /// Prepares to measure `policy`, whose texts and images `inputs` prepares.
  public init(_ policy: Policy, _ inputs: PolicyInputs, _ pass: TrainingPass, batchSize: Int, view: String? = nil) {
    self.policy = policy
    self.inputs = inputs
    self.pass = pass
    self.batchSize = batchSize
    self.view = view
  }

  /// Measures on at most `limit` of `samples`, evenly chosen, reading with `workers` threads.
  ///
  /// Blocks: it is for a thread that is not of Swift's pool.
  ///
  /// - Throws: `TrainingError` where the mixture does not fit the model; what reading throws.
  public func run(
    on samples: any SampleProvider, limit: Int, workers: Int
  ) throws -> EvaluationReport {
    guard samples.hasSamples, samples.count > 0 else {
      throw TrainingError(place: samples.path, "the mixture has no samples, only a plan; give its stores with --stores")
    }
    let chosen: any SampleProvider =
      samples.count <= limit
      ? samples : SelectedSamples(samples, (0..<limit).map { $0 * samples.count / limit })
    var evaluator = try Evaluator(
      policy, pass, datasets: chosen.index.datasetNames, dimensions: chosen.index.layout.actionDimension,
      samples: chosen.count)
    var options = SampleReader.Options()
    options.batchSize = batchSize
    options.size = inputs.processor.config.size
    options.workers = workers
    let batches = SampleBatches(
      try SampleReader(chosen, options), try BatchAssembler(inputs, policy.config, chosen, view: view))
    let feed = BatchFeed(batches, byteLimit: 64_000_000)
    defer { feed.stop() }
    while let (batch, _) = try feed.next() {
      try evaluator.add(batch)
    }
    var report = evaluator.report
    for index in report.examples.indices { try complete(&report.examples[index], from: chosen) }
    return report
  }

  /// Adds the instruction and the frame of an example.
  private func complete(_ example: inout EvaluationReport.Example, from samples: any SampleProvider) throws {
    let layout = samples.index.layout
    let name = "image.\(view ?? layout.views.first ?? "primary")"
    guard let sample = try samples.samples(at: [example.place]).first,
      let picture = layout.pictures.firstIndex(where: { $0.name == name }), let frame = sample.frames[picture].last
    else { return }
    example.instruction = String(decoding: sample.instruction.array, as: UTF8.self)
    switch layout.form {
    case .encoded:
      let image = try frame.withSpan { span throws(ImageError) in try ImageDecoder(channels: .rgb).decode8(span) }
      example.picture = try ImageEncoder.png(image)
    case .pixels(let height, let width), .packedPixels(let height, let width):
      let isPacked = if case .packedPixels = layout.form { true } else { false }
      let pixels = isPacked ? try Zstd.unpack(frame, byteCount: height * width * 3) : frame.array
      example.picture = try ImageEncoder.png(
        Raster(shape: ImageShape(height: height, width: width, channels: 3), samples: pixels))
    }
  }
}
