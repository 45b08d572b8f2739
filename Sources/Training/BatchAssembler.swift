internal import Actions
internal import ByteIO
public import Checkpoints
internal import ImageCodec
internal import PolicyImages
public import SampleShards
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
  private let prompts: PromptCache

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
    prompts = PromptCache(inputs.tokenizer)
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
      let prompt = try prompts.prompt(String(decoding: samples.instructions[sample].array, as: UTF8.self))
      let text = prompt + bins.map { tokens.id(ofBin: Int($0)) } + [config.decoder.eosTokenID]
      guard text.count <= config.maxTextLength else {
        throw TrainingError(
          place: "\(self.samples.path): sample \(batch.positions[sample])",
          "its text has \(text.count) tokens, the model takes \(config.maxTextLength); drop it from the mixture")
      }
      texts.append(text)
    }
    batch.layOut(texts, supervised: layout.actionDimension + 1, padding: config.padTokenID)
    try appendPixels(of: samples, to: &batch)
    return batch
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

/// The samples of a reader as batches.
public struct SampleBatches: BatchSource {
  private var reader: SampleReader
  private let assembler: BatchAssembler

  public init(_ reader: SampleReader, _ assembler: BatchAssembler) {
    self.reader = reader
    self.assembler = assembler
  }

  public mutating func next() async throws -> TrainingBatch? {
    guard let samples = try await reader.next() else { return nil }
    return try assembler.batch(samples, place: reader.place)
  }
}
