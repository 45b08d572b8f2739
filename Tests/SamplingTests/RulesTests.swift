import Sampling
import Testing

@Suite struct RulesTests {
  @Test func `uniform goals follow the reference's formula`() {
    // T = 10, i = 3: u·6 + 4 → 4 … 9.
    #expect(GoalRule.uniformGoal(step: 3, stepCount: 10, draw: 0) == 4)
    #expect(GoalRule.uniformGoal(step: 3, stepCount: 10, draw: 0.5) == 7)
    #expect(GoalRule.uniformGoal(step: 3, stepCount: 10, draw: 0.999) == 9)
    // The last step is its own goal: u·0 + 10, at most 9.
    #expect(GoalRule.uniformGoal(step: 9, stepCount: 10, draw: 0.7) == 9)
    #expect(GoalRule.uniformGoal(step: 0, stepCount: 1, draw: 0) == 0)
    // In float32, 0.99999994·(2^25 − 1) + 1 rounds up to 2^25.
    #expect(GoalRule.uniformGoal(step: 0, stepCount: 1 << 25, draw: 0x1.fffffep-1) == (1 << 25) - 1)
  }

  @Test func `goals are drawn alike from the steps after the own one`() {
    var bins = [Int](repeating: 0, count: 10)
    for position in 0..<1000 {
      let goal = GoalRule.uniform.goal(step: 4, stepCount: 15, seed: 9, position: position)
      bins[(goal ?? 0) - 5] += 1
    }
    #expect(ChiSquare.nine.holds(ChiSquare.statistic(bins)), "\(bins)")
    #expect(GoalRule.none.goal(step: 4, stepCount: 15, seed: 9, position: 0) == nil)
    #expect(GoalRule.last.goal(step: 4, stepCount: 15, seed: 9, position: 0) == 14)
    let goals = (0..<8).map { GoalRule.uniform.goal(step: 0, stepCount: 1000, seed: 1, position: $0) }
    #expect(goals == Pinned.goals)
  }

  @Test func `episodes without any instruction are left out unless wanted`() {
    let rules = TrajectoryRules()
    #expect(rules.exclusion(isLabeled: false, actions: [0], proprio: nil) == .unlabeled)
    #expect(rules.exclusion(isLabeled: true, actions: [99], proprio: [99]) == nil)
    #expect(
      TrajectoryRules(skipsUnlabeled: false).exclusion(isLabeled: false, actions: [], proprio: nil) == nil)
  }

  @Test func `episodes with values beyond the limits are left out`() {
    let rules = TrajectoryRules(maximumAction: 1, maximumProprio: 2)
    #expect(rules.exclusion(isLabeled: true, actions: [1, -1], proprio: [2, -2]) == nil)
    #expect(rules.exclusion(isLabeled: true, actions: [1, -1.0000001], proprio: [9]) == .action)
    #expect(rules.exclusion(isLabeled: true, actions: [.nan], proprio: nil) == .action)
    #expect(rules.exclusion(isLabeled: true, actions: [0], proprio: [0, 2.5]) == .proprio)
    #expect(rules.exclusion(isLabeled: true, actions: [0], proprio: nil) == nil)
    // The limit is rounded to float32 as the reference's is: 0.1 in float32 is within 0.1.
    #expect(TrajectoryRules.isWithin(0.1, [0.1]))
  }

  @Test func `steps that do nothing are left out as in the LIBERO sets`() throws {
    // Movement, gripper. The first still step goes whatever its gripper; a later one only when the gripper is
    // that of the step kept before.
    let actions: [Float] = [
      0, 0, 1,  // nothing kept yet: out
      0.5, 0, -1,  // moves: kept
      0, 0, -1,  // still, same gripper: out
      0, 0, 1,  // still, gripper changes: kept
      0.00005, 0.00005, 1,  // length 7.1e-5 < 1e-4: out
      0.00008, 0.00008, 1,  // length 1.13e-4: kept
      0, 0, 1,  // out
      0, 0, -1,  // kept
    ]
    #expect(try NoOpRule().keptSteps(actions: actions, dimension: 3) == [1, 3, 5, 7])
    #expect(try NoOpRule(tolerance: 0).keptSteps(actions: actions, dimension: 3).count == 8)
    #expect(try NoOpRule(tolerance: 1).keptSteps(actions: actions, dimension: 3) == [])
    #expect(try NoOpRule().keptSteps(actions: [], dimension: 7) == [])
    #expect(throws: SamplingError.self) { try NoOpRule().keptSteps(actions: [1, 2], dimension: 7) }
    #expect(throws: SamplingError.self) { try NoOpRule().keptSteps(actions: [1, 2], dimension: 0) }
  }
}
