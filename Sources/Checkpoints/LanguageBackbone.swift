/// The language models that OpenVLA's config names.
public struct LanguageBackbone: Equatable, Sendable {
  /// The architecture of a language model.
  public enum Architecture: String, Sendable {
    case llama, mistral, phi
  }

  /// `llm_backbone_id`.
  public let id: String
  /// The name on Hugging Face's hub.
  public let modelID: String
  public let architecture: Architecture

  /// Source: OpenVLA, prismatic/extern/hf/configuration_prismatic.py.
  public static let all = [
    LanguageBackbone(id: "llama2-7b-pure", modelID: "meta-llama/Llama-2-7b-hf", architecture: .llama),
    LanguageBackbone(id: "llama2-13b-pure", modelID: "meta-llama/Llama-2-13b-hf", architecture: .llama),
    LanguageBackbone(id: "llama2-7b-chat", modelID: "meta-llama/Llama-2-7b-chat-hf", architecture: .llama),
    LanguageBackbone(id: "llama2-13b-chat", modelID: "meta-llama/Llama-2-13b-chat-hf", architecture: .llama),
    LanguageBackbone(id: "vicuna-v15-7b", modelID: "lmsys/vicuna-7b-v1.5", architecture: .llama),
    LanguageBackbone(id: "vicuna-v15-13b", modelID: "lmsys/vicuna-13b-v1.5", architecture: .llama),
    LanguageBackbone(id: "mistral-v0.1-7b-pure", modelID: "mistralai/Mistral-7B-v0.1", architecture: .mistral),
    LanguageBackbone(
      id: "mistral-v0.1-7b-instruct", modelID: "mistralai/Mistral-7B-Instruct-v0.1", architecture: .mistral),
    LanguageBackbone(id: "phi-2-3b", modelID: "microsoft/phi-2", architecture: .phi),
  ]

  /// The language model named `id`, or `nil`.
  public static func named(_ id: String) -> LanguageBackbone? { all.first { $0.id == id } }
}
