internal import Actions
internal import ByteIO
public import Checkpoints
internal import ImageCodec
internal import PolicyImages
public import SampleShards
internal import Synchronization
public import VLA

/// Makes training batches of samples: texts with labels, and pixel values.
///
/// A text is the prompt, the tokens of the current step's action, and end-of-sequence; the last two are labelled, as in
/// OpenVLA. Texts are padded on the right to the longest of the batch. The image is the newest of the view.
public final class BatchAssembler: Sendable {
  private let inputs: PolicyInputs
  private let config: PolicyConfig
  private let samples: any SampleProvider
  private var index: MixtureIndex { samples.index }
  private let datasetNumbers: [Int]
  private let picture: String
  private let tokens: ActionTokenizer
  /// Prompts by instruction; mixtures have few.
  private let prompts = Mutex<[String: [Int]]>([:])

  /// The instructions whose prompts are kept.
  private static let promptLimit = 65_536

  /// Prepares batches of `samples` for a model of `config`, with the frames of `view`, or the first.
  ///
  /// - Throws: `TrainingError` where the mixture has no such view or no actions to train on.
  public init(_ inputs: PolicyInputs, _ config: PolicyConfig, _ samples: any SampleProvider, view: String? = nil) throws
  {
    let views = samples.index.layout.views
    guard let chosen = view ?? views.first, views.contains(chosen) else {
      throw TrainingError(
        .usage, place: samples.path,
        "it has no view `\(view ?? "primary")`; it has \(views.isEmpty ? "none" : views.joined(separator: ", "))")
    }
    self.inputs = inputs
    self.config = config
    self.samples = samples
    datasetNumbers = samples.index.datasetNumbers
    picture = "image.\(chosen)"
    tokens = try ActionTokenizer(binCount: PolicyConfig.actionBinCount, vocabularySize: config.actionVocabularySize)
  }

  /// The batch of `samples`; `place` is where the stream stands after it.
  ///
  /// - Throws: `TrainingError` for a text that is too long, with its sample; `ImageError`.
  public func batch(_ samples: SampleBatch, place: SampleReader.Place) throws -> TrainingBatch {
    var batch = TrainingBatch()
    batch.place = place
    batch.places = samples.positions
    batch.positions = samples.positions.map { self.samples.mixturePosition(of: $0) }
    batch.datasets = samples.datasetIndex.map { datasetNumbers[Int($0)] }
    batch.imageShape = inputs.processor.shape
    let layout = index.layout
    let current = (layout.window - 1) * layout.actionDimension
    let perSample = layout.actionCount * layout.actionDimension
    var texts: [[Int]] = []
    for sample in samples.positions.indices {
      let start = sample * perSample + current
      let bins = samples.actionBins[start..<start + layout.actionDimension]
      let prompt = try prompt(samples.instructions[sample])
      let text = prompt + bins.map { tokens.id(ofBin: Int($0)) } + [config.decoder.eosTokenID]
      guard text.count <= config.maxTextLength else {
        throw TrainingError(
          place: "\(self.samples.path): sample \(batch.positions[sample])",
          "its text has \(text.count) tokens, the model takes \(config.maxTextLength); drop it from the mixture")
      }
      texts.append(text)
    }
    let width = texts.map(\.count).max() ?? 0
    for text in texts {
      let padding = width - text.count
      let supervised = layout.actionDimension + 1
      batch.ids += text.map { Int64($0) } + [Int64](repeating: Int64(config.padTokenID), count: padding)
      batch.mask += [Int64](repeating: 1, count: text.count) + [Int64](repeating: 0, count: padding)
      batch.labels.append(
        [Int64](repeating: Int64(Policy.ignoredLabel), count: text.count - supervised)
          + text.suffix(supervised).map { Int64($0) }
          + [Int64](repeating: Int64(Policy.ignoredLabel), count: padding))
    }
    try appendPixels(of: samples, to: &batch)
    return batch
  }

  private func prompt(_ instruction: Bytes) throws -> [Int] {
    let text = String(decoding: instruction.array, as: UTF8.self)
    if let known = prompts.withLock({ $0[text] }) { return known }
    let ids = try inputs.tokenizer.prompt(text)
    prompts.withLock { prompts in if prompts.count < Self.promptLimit { prompts[text] = ids } }
    return ids
  }

  private func appendPixels(of samples: SampleBatch, to batch: inout TrainingBatch) throws {
    guard let pixels = samples.pixels[picture] else {
      throw TrainingError(place: self.samples.path, "its samples have no frames of \(picture)")
    }
    let window = index.layout.window
    let frame = samples.height * samples.width * 3
    let shape = ImageShape(height: samples.height, width: samples.width, channels: 3)
    batch.pixels.reserveCapacity(samples.positions.count * inputs.processor.shape.reduce(1, *))
    for sample in samples.positions.indices {
      let start = (sample * window + window - 1) * frame
      let image = try Raster(shape: shape, samples: Array(pixels[start..<start + frame]))
      batch.pixels += try inputs.processor.pixelValues(of: image)
    }
  }
}
