import ArgumentParser
import Training

/// Settings of a run that the command line may replace.
struct FitOverrides: ParsableArguments {
  @Option(help: ArgumentHelp("The mixture, in place of the configuration's.", valueName: "dir"))
  var mixture: String?

  @Option(help: ArgumentHelp("A directory in which the stores of a plan lie.", valueName: "dir"))
  var stores: [String] = []

  @Option(help: ArgumentHelp("The steps of the run.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("The minutes after which the run ends.", valueName: "m"))
  var minutes: Double?

  @Option(help: ArgumentHelp("Samples of one rank's batch.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("Batches that make one step.", valueName: "n"))
  var accumulation: Int?

  @Option(help: ArgumentHelp("The learning rate's peak.", valueName: "rate"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp("What the run's order of chance, and a preset's fresh weights, follow from.", valueName: "n"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Keep the state every so many steps.", valueName: "n"))
  var saveEvery: Int?

  func validate() throws {
    for (name, value) in [("--steps", steps), ("--batch", batch), ("--accumulation", accumulation)] {
      guard (1...1 << 40).contains(value ?? 1) else { throw ValidationError("\(name) must be positive.") }
    }
    guard minutes ?? 1 > 0, learningRate ?? 1 >= 0, saveEvery ?? 0 >= 0 else {
      throw ValidationError("--minutes must be positive, --learning-rate and --save-every not negative.")
    }
  }

  func apply(to config: inout FitConfig) throws {
    if let mixture { config.mixture = mixture }
    if !stores.isEmpty { config.stores = stores }
    if let steps {
      config.length.steps = steps
      if config.learningRate.kind == .warmupAndCosine { config.learningRate.total = steps }
    }
    if let minutes { config.length.minutes = minutes }
    if let batch { config.batchSize = batch }
    if let accumulation { config.accumulation = accumulation }
    if let learningRate { config.learningRate.peak = learningRate }
    if let saveEvery { config.saving.every = saveEvery }
    if let seed {
      config.seed = seed
      if case .preset(let name, _, let tokenizer) = config.start {
        config.start = .preset(name, seed: seed, tokenizer: tokenizer)
      }
    }
  }
}
