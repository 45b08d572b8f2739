internal import ByteIO
public import Checkpoints
public import TensorFiles
internal import Torch

extension CheckpointFolder {
  /// Writes this checkpoint again with weights of type `dtype` (`nil`: each as it is), one weight at a time.
  ///
  /// - Throws: `PolicyError` where a weight is no number; `CheckpointError`, `FileError`.
  public func export(_ writer: CheckpointWriter, _ dtype: DType?) throws {
    let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    var files: [CheckpointWriter.File] = []
    for name in [
      Self.generationName, Self.preprocessorName, Self.statisticsName, Self.tokenizerName, "tokenizer.json",
      "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ] {
      if let source = file(name) { files.append(.init(name, .copy(source))) }
    }
    let config = dtype.map { self.config.json(torchDType: $0.torchName) } ?? self.config.document
    try writer.write(
      tensors.map { TensorDeclaration($0.name, dtype ?? $0.dtype, $0.shape) },
      config: config ?? self.config.json(torchDType: self.config.torchDType), files: files
    ) { declaration, file in
      guard let stored = byName[declaration.name] else { return }
      if declaration.dtype == stored.dtype {
        try file.append(Policy.finiteBytes(stored))
      } else {
        try file.append(Policy.tensor(stored, declaration.dtype, on: .cpu).bytes)
      }
      stored.releasePages()
    }
  }
}

extension DType {
  /// PyTorch's name of the type.
  public var torchName: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .float16: "float16"
    case .float64: "float64"
    default: rawValue.lowercased()
    }
  }
}
