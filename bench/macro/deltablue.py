"""An incremental constraint solver in the manner of DeltaBlue: many small classes, virtual methods, object graphs."""

from enum import IntEnum

from _scale import scaled


class Strength(IntEnum):
    REQUIRED = 0
    STRONG = 1
    PREFERRED = 2
    NORMAL = 3
    WEAK = 4
    WEAKEST = 5


REQUIRED, STRONG, PREFERRED, NORMAL, WEAK, WEAKEST = map(int, Strength)


class Variable:
    def __init__(self, name, value=0):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.strength = WEAKEST
        self.mark = 0
        self.stays = True

    def add(self, constraint):
        self.constraints.append(constraint)

    def remove(self, constraint):
        self.constraints.remove(constraint)
        if self.determined_by is constraint:
            self.determined_by = None


class Constraint:
    def __init__(self, strength):
        self.strength = strength

    def is_input(self):
        return False

    def insert(self, planner):
        self.connect()
        planner.incremental_add(self)

    def delete(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.disconnect()

    def satisfy(self, mark, planner):
        self.choose(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise RuntimeError("a required constraint cannot be satisfied")
            return None
        self.mark_inputs(mark)
        out = self.output()
        overridden = out.determined_by
        if overridden is not None:
            overridden.unsatisfy()
        out.determined_by = self
        if not planner.propagate(self, mark):
            raise RuntimeError("a cycle of constraints")
        out.mark = mark
        return overridden


class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        Constraint.__init__(self, strength)
        self.variable = variable
        self.satisfied = False
        self.insert(planner)

    def connect(self):
        self.variable.add(self)
        self.satisfied = False

    def disconnect(self):
        self.variable.remove(self)
        self.satisfied = False

    def choose(self, mark):
        self.satisfied = self.variable.mark != mark and self.strength < self.variable.strength

    def is_satisfied(self):
        return self.satisfied

    def unsatisfy(self):
        self.satisfied = False

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.variable

    def recalculate(self):
        out = self.variable
        out.strength = self.strength
        out.stays = not self.is_input()
        if out.stays:
            self.execute()


class Stay(UnaryConstraint):
    def execute(self):
        pass


class Edit(UnaryConstraint):
    def is_input(self):
        return True

    def execute(self):
        pass


class BinaryConstraint(Constraint):
    FORWARD, BACKWARD, NONE = 1, -1, 0

    def __init__(self, first, second, strength, planner):
        Constraint.__init__(self, strength)
        self.first = first
        self.second = second
        self.direction = self.NONE
        self.insert(planner)

    def connect(self):
        self.first.add(self)
        self.second.add(self)
        self.direction = self.NONE

    def disconnect(self):
        self.first.remove(self)
        self.second.remove(self)
        self.direction = self.NONE

    def choose(self, mark):
        first, second = self.first, self.second
        if first.mark == mark:
            forward = second.mark != mark and self.strength < second.strength
            self.direction = self.FORWARD if forward else self.NONE
        elif second.mark == mark:
            self.direction = self.BACKWARD if self.strength < first.strength else self.NONE
        elif first.strength > second.strength:
            self.direction = self.BACKWARD if self.strength < first.strength else self.NONE
        else:
            self.direction = self.FORWARD if self.strength < second.strength else self.NONE

    def is_satisfied(self):
        return self.direction != self.NONE

    def unsatisfy(self):
        self.direction = self.NONE

    def input(self):
        return self.first if self.direction == self.FORWARD else self.second

    def output(self):
        return self.second if self.direction == self.FORWARD else self.first

    def mark_inputs(self, mark):
        self.input().mark = mark

    def inputs_known(self, mark):
        source = self.input()
        return source.mark == mark or source.stays or source.determined_by is None

    def recalculate(self):
        source, out = self.input(), self.output()
        out.strength = max(self.strength, source.strength)
        out.stays = source.stays
        if out.stays:
            self.execute()


class Equal(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


class Scale(BinaryConstraint):
    def __init__(self, source, scale, offset, target, strength, planner):
        self.scale = scale
        self.offset = offset
        BinaryConstraint.__init__(self, source, target, strength, planner)

    def connect(self):
        BinaryConstraint.connect(self)
        self.scale.add(self)
        self.offset.add(self)

    def disconnect(self):
        BinaryConstraint.disconnect(self)
        self.scale.remove(self)
        self.offset.remove(self)

    def mark_inputs(self, mark):
        BinaryConstraint.mark_inputs(self, mark)
        self.scale.mark = self.offset.mark = mark

    def recalculate(self):
        source, out = self.input(), self.output()
        out.strength = max(self.strength, source.strength)
        out.stays = source.stays and self.scale.stays and self.offset.stays
        if out.stays:
            self.execute()

    def execute(self):
        if self.direction == self.FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value


class Planner:
    def __init__(self):
        self.current_mark = 0

    def new_mark(self):
        self.current_mark += 1
        return self.current_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        overridden = constraint.satisfy(mark, self)
        while overridden is not None:
            overridden = overridden.satisfy(mark, self)

    def incremental_remove(self, constraint):
        out = constraint.output()
        constraint.unsatisfy()
        constraint.disconnect()
        unsatisfied = self.remove_downstream(out)
        for strength in Strength:
            for each in unsatisfied:
                if each.strength == strength:
                    self.incremental_add(each)

    def remove_downstream(self, out):
        out.determined_by = None
        out.strength = WEAKEST
        out.stays = True
        unsatisfied = []
        todo = [out]
        while todo:
            variable = todo.pop()
            for constraint in variable.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
            determining = variable.determined_by
            for constraint in variable.constraints:
                if constraint is not determining and constraint.is_satisfied():
                    constraint.recalculate()
                    todo.append(constraint.output())
        return unsatisfied

    def propagate(self, constraint, mark):
        todo = [constraint]
        while todo:
            each = todo.pop()
            out = each.output()
            if out.mark == mark:
                self.incremental_remove(constraint)
                return False
            each.recalculate()
            self.add_consumers(out, todo)
        return True

    @staticmethod
    def add_consumers(variable, todo):
        determining = variable.determined_by
        for constraint in variable.constraints:
            if constraint is not determining and constraint.is_satisfied():
                todo.append(constraint)

    def plan(self, sources):
        mark = self.new_mark()
        plan = []
        todo = sources
        while todo:
            constraint = todo.pop()
            out = constraint.output()
            if out.mark != mark and constraint.inputs_known(mark):
                plan.append(constraint)
                out.mark = mark
                self.add_consumers(out, todo)
        return plan

    def plan_from(self, constraints):
        return self.plan([each for each in constraints if each.is_input() and each.is_satisfied()])


def chain(length):
    """A long chain of equalities between an edited variable and a weak stay."""
    planner = Planner()
    variables = [Variable(f"v{index}") for index in range(length + 1)]
    for left, right in zip(variables, variables[1:]):
        Equal(left, right, REQUIRED, planner)
    Stay(variables[-1], NORMAL, planner)
    edit = Edit(variables[0], PREFERRED, planner)
    plan = planner.plan_from([edit])
    for value in range(100):
        variables[0].value = value
        for constraint in plan:
            constraint.execute()
        assert variables[-1].value == value
    edit.delete(planner)


def change(variable, value, planner):
    edit = Edit(variable, PREFERRED, planner)
    plan = planner.plan_from([edit])
    for _ in range(10):
        variable.value = value
        for constraint in plan:
            constraint.execute()
    edit.delete(planner)


def projection(count):
    """Two sets of variables, each pair related by a scale and an offset."""
    planner = Planner()
    scale, offset = Variable("scale", 10), Variable("offset", 1000)
    targets = []
    for index in range(count):
        source, target = Variable("source", index), Variable("target", index)
        targets.append(target)
        Stay(source, NORMAL, planner)
        Scale(source, scale, offset, target, REQUIRED, planner)
    change(source, 17, planner)
    assert target.value == 1170
    change(target, 1050, planner)
    assert source.value == 5
    change(scale, 5, planner)
    assert [each.value for each in targets[:-1]] == [index * 5 + 1000 for index in range(count - 1)]
    change(offset, 2000, planner)
    assert [each.value for each in targets[:-1]] == [index * 5 + 2000 for index in range(count - 1)]


def main():
    for _ in range(scaled(150)):
        chain(1000)
        projection(1000)
    print("ok")


if __name__ == "__main__":
    main()
