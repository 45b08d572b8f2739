import Actions
import FoundationEssentials
import TestSupport

/// What the reference pipeline computed for one of the sample datasets.
struct Expected {
  static let datasets = ["metaworld_reach_push", "metaworld_button_drawer"]

  /// The part of the reference's dataset statistics that is compared.
  struct Feature: Decodable {
    let mean, std, max, min, q01, q99: [Double]
    let mask: [Bool]?
  }

  private struct File: Decodable {
    struct Statistics: Decodable {
      let action, proprio: Feature
      let num_transitions, num_trajectories: Int
    }
    let dataset_statistics: Statistics
    let float64_check_action: Check
  }

  struct Check: Decodable {
    let mean, std: [Double]
  }

  let action: FeatureStatistics
  let proprio: FeatureStatistics
  let float64: Check
  let transitionCount: Int
  let trajectoryCount: Int
  let normalized: SafetensorsFixture
  let tokens: SafetensorsFixture
  /// Standardised rows of all splits in reading order.
  let actionRows: [Float]
  let proprioRows: [Float]
  let episodeLengths: [Int]

  init(_ dataset: String) throws {
    let path = Repository.fixture("Actions/\(dataset)")
    let file = try JSONDecoder().decode(File.self, from: Data(readBytes(path + ".statistics.json")))
    action = try Self.statistics(file.dataset_statistics.action)
    proprio = try Self.statistics(file.dataset_statistics.proprio)
    float64 = file.float64_check_action
    transitionCount = file.dataset_statistics.num_transitions
    trajectoryCount = file.dataset_statistics.num_trajectories
    normalized = try SafetensorsFixture(path: path + ".normalized.safetensors")
    tokens = try SafetensorsFixture(path: path + ".tokens.safetensors")
    actionRows = try normalized.floats("standardized/all/action")
    let steps = try SafetensorsFixture(path: Repository.fixture("Actions/sample_steps.safetensors"))
    let parts =
      dataset == "metaworld_reach_push"
      ? [("state", 8)] : [("eef_pos", 3), ("eef_quat", 4), ("gripper_open", 1)]
    let columns = try parts.map { (try steps.floats("\(dataset)/steps/observation/\($0.0)"), $0.1) }
    proprioRows = (0..<columns[0].0.count / columns[0].1).flatMap { row in
      columns.flatMap { values, width in values[row * width..<(row + 1) * width] }
    }
    episodeLengths = try steps.integers("\(dataset)/episode_len").map(Int.init)
  }

  private static func statistics(_ feature: Feature) throws -> FeatureStatistics {
    try FeatureStatistics(
      mean: feature.mean, std: feature.std, max: feature.max, min: feature.min, q01: feature.q01,
      q99: feature.q99, mask: feature.mask)
  }

  /// Which of the rows of all splits belong to `split`: train comes first, val after it.
  func rows(of split: String) throws -> Range<Int> {
    let trainCount = try normalized.shape("normal/train/action")[0]
    return split == "train" ? 0..<trainCount : trainCount..<transitionCount
  }
}

/// The bit patterns, for comparing that tells −0.0 from 0.0 and NaN from NaN.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// The bit patterns, for comparing that tells −0.0 from 0.0 and NaN from NaN.
func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }
