internal import ByteIO
public import Checkpoints
public import JSON
public import TensorFiles
public import Torch

extension CheckpointFolder {
  /// Writes this checkpoint again with weights of type `dtype` (`nil`: each as it is), one weight at a time.
  ///
  /// - Throws: `PolicyError` where a weight is no number; `CheckpointError`, `FileError`.
  public func export(_ writer: CheckpointWriter, _ dtype: DType?) throws {
    try rewrite(writer, dtype) { _, _ in nil }
  }

  /// Writes this checkpoint again, with other values where `replacement` gives them, one weight at a time.
  ///
  /// `replacement` is asked with a weight and the type that it is to have. `statistics` stands in for those of the
  /// folder, in both places that hold them.
  public func rewrite(
    _ writer: CheckpointWriter, _ dtype: DType?, statistics: JSONValue? = nil,
    replacement: (StoredTensor, DType) throws -> Tensor?
  ) throws {
    let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    var files: [CheckpointWriter.File] = []
    for name in [
      Self.generationName, Self.preprocessorName, Self.statisticsName, Self.tokenizerName, "tokenizer.json",
      "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    ] {
      if name == Self.statisticsName, let statistics {
        files.append(.init(name, .json(statistics)))
      } else if let source = file(name) {
        files.append(.init(name, .copy(source)))
      }
    }
    var config = self.config
    if let statistics { config.normStats = statistics }
    let name = dtype?.torchName ?? config.torchDType
    let isSame = statistics == nil && dtype == nil
    try writer.write(
      tensors.map { TensorDeclaration($0.name, dtype ?? $0.dtype, $0.shape) },
      config: isSame ? config.document ?? config.json(torchDType: name) : config.json(torchDType: name), files: files
    ) { declaration, file in
      guard let stored = byName[declaration.name] else { return }
      if let other = try replacement(stored, declaration.dtype) {
        try file.append(other.detached().converted(to: declaration.dtype, on: .cpu).bytes)
      } else if declaration.dtype == stored.dtype {
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
