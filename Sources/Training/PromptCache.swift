internal import Synchronization
internal import VLA

/// The prompts of instructions, of which data have few.
final class PromptCache: Sendable {
  private let tokenizer: PromptTokenizer
  private let prompts = Mutex<[String: [Int]]>([:])

  /// The instructions whose prompts are kept.
  private static let limit = 65_536

  init(_ tokenizer: PromptTokenizer) { self.tokenizer = tokenizer }

  /// The token ids of the prompt that asks for `instruction`.
  func prompt(_ instruction: String) throws -> [Int] {
    if let known = prompts.withLock({ $0[instruction] }) { return known }
    let ids = try tokenizer.prompt(instruction)
    prompts.withLock { prompts in if prompts.count < Self.limit { prompts[instruction] = ids } }
    return ids
  }
}
