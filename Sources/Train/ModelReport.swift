import Checkpoints
import CommandLineStage
import JSON

/// What `describe` prints of a model.
struct ModelReport {
  private let cost: ModelCost
  private let training: TrainingCost?
  /// What its formulae cannot be said without: the parameters trained, and the bytes that follow.
  private let trained: (count: Int, optimizerBytes: Int, stateBytes: Int)?
  private let keys: [ParameterShape]?

  init(_ cost: ModelCost, _ training: TrainingCost?, _ keys: [ParameterShape]?) throws {
    self.cost = cost
    self.training = training
    trained = try training.map { (try $0.trainedCount(), try $0.optimizerBytes(), try $0.stateBytes()) }
    self.keys = keys
  }

  private var config: PolicyConfig { cost.config }

  /// The parts that the model has, with their names for people.
  private var parts: [(name: String, part: PolicyPart)] {
    PolicyPart.allCases.compactMap { part in
      switch part {
      case .featurizer: config.towers.first.map { ("vision (\($0.family.rawValue))", part) }
      case .fusedFeaturizer: config.towers.dropFirst().first.map { ("vision (\($0.family.rawValue))", part) }
      case .projector: ("projector", part)
      case .languageModel: ("language model", part)
      }
    }
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("parameters", JSONValue(cost.parameterCount())),
      .init(
        "parts", .object(parts.map { .init($0.part.prefix, JSONValue(cost.parameterCount($0.part))) })),
      .init("vision_backbone_id", .string(config.visionBackboneID)),
      .init("llm_backbone_id", .string(config.languageBackboneID)),
      .init("image_size", JSONValue(config.imageSize)), .init("patches", JSONValue(config.patchCount)),
      .init("vocabulary_rows", JSONValue(config.decoder.vocabularySize)),
      .init(
        "action_tokens", [JSONValue(config.actionTokens.lowerBound), JSONValue(config.actionTokens.upperBound - 1)]),
      .init("batch", JSONValue(cost.batch)), .init("sequence_length", JSONValue(cost.sequenceLength)),
      .init(
        "bytes",
        [
          "weights_f32": JSONValue(cost.weightBytes(width: 4)), "weights_bf16": JSONValue(cost.weightBytes(width: 2)),
          "cache_per_position_f32": JSONValue(cost.cacheBytesPerPosition(width: 4)),
          "cache_per_position_bf16": JSONValue(cost.cacheBytesPerPosition(width: 2)),
          "cache_bf16": JSONValue(cost.cacheBytesPerPosition(width: 2) * cost.sequenceLength),
          "training_state": JSONValue(cost.trainingStateBytes),
          "training_activations_bf16": JSONValue(cost.activationBytes(width: 2)),
        ]),
      .init(
        "operations",
        [
          "vision": JSONValue(cost.visionOperations), "prefill": JSONValue(cost.prefillOperations),
          "decode_step": JSONValue(cost.decodeOperations), "training_step": JSONValue(cost.trainingOperations),
        ]),
    ]
    if let training, let trained {
      members.append(
        .init(
          "training",
          [
            "samples": JSONValue(training.samples), "epochs": .real(training.epochs),
            "trained_parameters": JSONValue(trained.count), "optimizer_bytes": JSONValue(trained.optimizerBytes),
            "state_bytes": JSONValue(trained.stateBytes), "tokens": .real(training.positions),
            "operations": .real(training.operations), "devices": JSONValue(training.devices),
            "days": .real(training.days),
          ]))
    }
    if let keys {
      let list = keys.map { JSONValue.Member($0.name, .array($0.shape.map { JSONValue($0) })) }
      members.append(.init("keys", .object(list)))
    }
    return .object(members)
  }

  var text: String {
    var table = TextTable([("part", .left), ("parameters", .right), ("share", .right)])
    let total = cost.parameterCount()
    for (name, part) in parts {
      let count = cost.parameterCount(part)
      table.append([name, grouped(count), percent(count, total)])
    }
    table.append(["total", grouped(total), percent(total, total)])
    let decoder = config.decoder
    let towers = config.towers.map { tower in
      "\(tower.modelID): \(tower.imageSize) px in \(tower.patchCount) patches of \(tower.patchSize), "
        + "width \(tower.width), depth \(tower.depth), \(tower.heads) heads, MLP \(tower.mlpHidden)"
    }
    var text = """
      \(config.visionBackboneID) into \(config.languageBackboneID), \(config.architecture.rawValue)
      \(towers.joined(separator: "\n"))
      decoder: width \(decoder.hidden), \(decoder.layers) layers, \(decoder.heads) heads \
      (\(decoder.keyValueHeads) for keys), MLP \(decoder.intermediate), norm epsilon \(decoder.rmsEpsilon), \
      rotary base \(decoder.ropeTheta)
      vocabulary: \(decoder.vocabularySize) rows, action tokens \(config.actionTokens.lowerBound) to \
      \(config.actionTokens.upperBound - 1)

      \(table.text)

      weights: \(formatBytes(cost.weightBytes(width: 4))) in f32, \(formatBytes(cost.weightBytes(width: 2))) in bf16
      key-value cache: \(grouped(cost.cacheBytesPerPosition(width: 2))) bytes a position in bf16, \
      \(formatBytes(cost.cacheBytesPerPosition(width: 2) * cost.sequenceLength)) for \(cost.sequenceLength) positions
      an answer: \(operations(cost.prefillOperations)) to the first token \
      (\(operations(cost.visionOperations)) of it vision), \(operations(cost.decodeOperations)) for each further one
      a training step of batch \(cost.batch): \(operations(cost.trainingOperations)), \
      \(formatBytes(cost.trainingStateBytes)) of weights, gradients and moments in f32, about \
      \(formatBytes(cost.activationBytes(width: 2))) of activations in bf16
      """
    if let training, let trained {
      text += """


        training on \(grouped(training.samples)) samples, \(formatDecimal(training.epochs, places: 1)) passes: \
        \(grouped(trained.count)) parameters, \(formatBytes(trained.optimizerBytes)) of moments, \
        \(formatBytes(trained.stateBytes)) with weights and gradients; \(tokens(training.positions)) tokens, \
        \(formatDecimal(training.operations / 1e18, places: 1)) EFLOP; \(formatDecimal(training.days, places: 2)) days on \
        \(training.devices) devices that sustain \(formatDecimal(training.operationsPerSecond / 1e12, places: 1)) TFLOP/s
        """
    }
    if let keys {
      var list = TextTable([("parameter", .left), ("shape", .left)])
      for key in keys { list.append([key.name, key.shape.map(String.init).joined(separator: " × ")]) }
      text += "\n\n" + list.text
    }
    return text
  }

  private func tokens(_ count: Double) -> String {
    count < 1e9
      ? "\(formatDecimal(count / 1e6, places: 1)) million" : "\(formatDecimal(count / 1e9, places: 1)) billion"
  }

  private func operations(_ count: Int) -> String {
    let units = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")]
    let (scale, name) = units.first { Double(count) >= $0.0 } ?? (1, "")
    return "\((Double(count) / scale * 10).rounded() / 10) \(name)FLOP"
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    "\((Double(part) / Double(max(whole, 1)) * 1000).rounded() / 10) %"
  }
}

/// A number with its thousands set apart.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text = "," + text }
    text = String(digit) + text
  }
  return text
}
