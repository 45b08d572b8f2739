internal import ByteIO
public import Checkpoints
public import PolicyImages
internal import TextTokens

/// What brings images and instructions into the form that a checkpoint's model takes.
public struct PolicyInputs: Sendable {
  public let tokenizer: PromptTokenizer
  public let processor: ImageProcessor

  /// Reads the tokenizer and the processor of `folder`; the prompt's style follows from its path unless given.
  ///
  /// - Throws: where the folder has no tokenizer or no preprocessor that fits the model.
  public init(_ folder: CheckpointFolder, style: PromptStyle? = nil) throws {
    func required(_ name: String, _ what: String) throws(PolicyError) -> String {
      guard let file = folder.file(name) else {
        throw PolicyError(.inputMissing, place: folder.path, "it has no \(name), \(what)")
      }
      return file
    }
    let config = folder.config
    tokenizer = try PromptTokenizer(
      SentencePieceModel(required(CheckpointFolder.tokenizerName, "the tokenizer of its instructions")),
      style: style ?? PromptStyle(folder: folder.path), size: config.actionVocabularySize,
      emptyID: config.emptyTokenID)
    let file = try required(CheckpointFolder.preprocessorName, "which says how images are prepared")
    processor = ImageProcessor(try ImageProcessorConfig(file: file))
    let wanted = [3 * config.towers.count, config.imageSize, config.imageSize]
    guard processor.shape == wanted else {
      throw PolicyError(.badData, place: file, "it prepares images of \(processor.shape), the model takes \(wanted)")
    }
  }
}
