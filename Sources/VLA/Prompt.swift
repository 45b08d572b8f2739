internal import ByteIO
public import TextTokens

/// How an instruction is asked as a question.
public enum PromptStyle: String, Sendable, CaseIterable {
  /// OpenVLA's own.
  case openVLA = "openvla"
  /// That of `openvla-v01-7b`, which is Vicuna's.
  case openVLAv01 = "openvla-v01"

  /// The style of the model in `folder`, as the reference chooses it: by `v01` in the path.
  public init(folder: String) { self = folder.contains("v01") ? .openVLAv01 : .openVLA }

  /// The question for `instruction`, which is lower-cased.
  public func text(_ instruction: String) -> String {
    let question = "What action should the robot take to \(instruction.lowercased())?"
    switch self {
    case .openVLA: return "In: \(question)\nOut:"
    case .openVLAv01: return "\(Self.vicunaSystem) USER: \(question) ASSISTANT:"
    }
  }

  /// The sentences that begin every conversation of Vicuna 1.5, whose wording decides what the model answers.
  private static let vicunaSystem =
    "A chat between a curious user and an artificial intelligence assistant. "
    + "The assistant gives helpful, detailed, and polite answers to the user's questions."
}

/// Turns instructions into the ids that a policy reads.
public struct PromptTokenizer: Sendable {
  private let tokenizer: LlamaTokenizer
  public let style: PromptStyle
  private let begin: Int
  private let empty: Int

  /// Prepares `model`, the tokenizer of a vocabulary of `size` ids, whose prompts end in the id `emptyID`.
  ///
  /// - Throws: `PolicyError` where the tokenizer is another vocabulary's.
  public init(_ model: SentencePieceModel, style: PromptStyle, size: Int, emptyID: Int) throws(PolicyError) {
    guard model.pieceCount == size else {
      throw PolicyError(
        .badData, place: model.file, "the tokenizer has \(model.pieceCount) pieces, the model's vocabulary \(size)")
    }
    guard let begin = model.beginID else {
      throw PolicyError(.badData, place: model.file, "the tokenizer has no piece that begins a text")
    }
    guard emptyID < size else {
      throw PolicyError(
        .badData, place: model.file, "the id \(emptyID) that ends a prompt lies outside the vocabulary of \(size)")
    }
    tokenizer = LlamaTokenizer(model)
    self.style = style
    self.begin = begin
    empty = emptyID
  }

  /// The ids of the prompt for `instruction`: begin, the question, and the empty piece, which training has there too.
  public func prompt(_ instruction: String) throws -> [Int] {
    let ids = [begin] + (try tokenizer.encode(style.text(instruction)))
    return ids.last == empty ? ids : ids + [empty]
  }
}
