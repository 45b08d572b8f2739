internal import ByteIO
public import SampleShards
internal import TextTokens

/// Fits a tokenizer to the instructions of a mixture, for models that are trained on it from scratch.
public struct InstructionTokenizer: Sendable {
  /// The pieces in all, of which the last 256 stand for actions.
  public let size: Int

  /// The smallest and the largest number of pieces.
  public static let sizes = TokenizerFit.fixedCount + 1...1_000_000

  /// - Precondition: `size` lies in ``sizes``.
  public init(size: Int) {
    precondition(Self.sizes.contains(size), "\(size) pieces make no tokenizer")
    self.size = size
  }

  /// What was fitted.
  public struct Report: Sendable {
    public let sha256: String
    /// The different instructions that it was fitted to.
    public let instructionCount: Int
    /// The pieces of a prompt, on average over the different instructions.
    public let meanPromptLength: Double
  }

  /// Fits to the prompts of the instructions in `samples`, and writes the model to `path`.
  ///
  /// - Throws: `TextError`, and as `samples`' shards; nothing is written then.
  public func write(_ samples: any SampleProvider, to path: String) throws -> Report {
    guard samples.hasSamples else {
      throw PolicyError(
        .badData, place: samples.path, "the mixture is a plan only; give its --stores, or build it without --virtual")
    }
    var instructions: Set<String> = []
    for bytes in try samples.instructions() {
      guard let text = String(utf8: bytes) else {
        throw PolicyError(.badData, place: samples.path, "an instruction is not UTF-8")
      }
      instructions.insert(text)
    }
    guard instructions.contains(where: { !$0.isEmpty }) else {
      throw PolicyError(.badData, place: samples.path, "its samples have no instructions to fit a tokenizer to")
    }
    let prompts = instructions.map { PromptStyle.openVLA.text($0) }
    let bytes = try TokenizerFit(size: size).model(prompts)
    let model = try SentencePieceModel(bytes: bytes, file: path)
    let lengths = try prompts.map { try model.encode($0).count }
    let digest = try AtomicFile.write(bytes, to: path)
    return Report(
      sha256: digest, instructionCount: instructions.count,
      meanPromptLength: Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)))
  }
}
