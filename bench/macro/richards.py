"""An operating system in miniature: tasks of several classes exchange packets under a scheduler (method calls)."""

from _scale import scaled

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
KIND_DEVICE, KIND_WORK = range(2)
BUFFER = 4


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.datum = 0
        self.data = [0] * BUFFER

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class State:
    def __init__(self):
        self.pending = True
        self.waiting = False
        self.holding = False

    def runnable(self):
        return not self.holding and (self.pending or not self.waiting)

    def set_waiting(self):
        self.waiting = True
        self.pending = False

    def set_running(self):
        self.pending = False
        self.waiting = False


class Task(State):
    def __init__(self, scheduler, number, priority, queue):
        State.__init__(self)
        self.scheduler = scheduler
        self.number = number
        self.priority = priority
        self.queue = queue
        self.pending = queue is not None
        scheduler.add(self)

    def take_packet(self):
        packet = self.queue
        if packet is not None:
            self.queue = packet.link
            packet.link = None
        self.pending = self.queue is not None
        return packet

    def receive(self, packet):
        self.queue = packet.append_to(self.queue)
        self.pending = True

    def step(self):
        packet = None
        if self.pending:
            packet = self.take_packet()
        self.waiting = False
        self.run(packet)

    def run(self, packet):
        raise NotImplementedError

    def wait(self):
        self.waiting = True

    def hold(self):
        self.scheduler.holds += 1
        self.holding = True

    def send(self, number, packet):
        scheduler = self.scheduler
        scheduler.sent += 1
        packet.owner = self.number
        scheduler.find(number).receive(packet)


class IdleTask(Task):
    def __init__(self, scheduler, count):
        Task.__init__(self, scheduler, IDLE, 0, None)
        self.count = count
        self.control = 1
        self.waiting = False

    def run(self, packet):
        self.count -= 1
        if self.count <= 0:
            self.hold()
        elif self.control & 1 == 0:
            self.control //= 2
            self.scheduler.release(DEVICE_A)
        else:
            self.control = self.control // 2 ^ 0xD008
            self.scheduler.release(DEVICE_B)


class WorkTask(Task):
    def __init__(self, scheduler, queue):
        Task.__init__(self, scheduler, WORKER, 1000, queue)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            self.wait()
            return
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.datum = 0
        for index in range(BUFFER):
            self.letter = self.letter + 1 if self.letter < 26 else 1
            packet.data[index] = 64 + self.letter
        self.send(self.destination, packet)


class HandlerTask(Task):
    def __init__(self, scheduler, number, priority, device, queue):
        Task.__init__(self, scheduler, number, priority, queue)
        self.device = device
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == KIND_WORK:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is not None:
            if work.datum >= BUFFER:
                self.work = work.link
                self.send(WORKER, work)
                return
            device = self.devices
            if device is not None:
                self.devices = device.link
                device.datum = work.data[work.datum]
                work.datum += 1
                self.send(self.device, device)
                return
        self.wait()


class DeviceTask(Task):
    def __init__(self, scheduler, number, priority):
        Task.__init__(self, scheduler, number, priority, None)
        self.held = None
        self.waiting = True

    def run(self, packet):
        if packet is not None:
            self.held = packet
            self.hold()
            return
        held = self.held
        if held is None:
            self.wait()
            return
        self.held = None
        self.send(held.owner, held)


class Scheduler:
    def __init__(self):
        self.tasks = []
        self.table = {}
        self.sent = 0
        self.holds = 0

    def add(self, task):
        self.tasks.append(task)
        self.tasks.sort(key=lambda each: -each.priority)
        self.table[task.number] = task

    def find(self, number):
        return self.table[number]

    def release(self, number):
        self.find(number).holding = False

    def choose(self):
        for task in self.tasks:
            if task.runnable():
                return task
        return None

    def run(self):
        while (task := self.choose()) is not None:
            task.step()


def simulate(rounds):
    scheduler = Scheduler()
    IdleTask(scheduler, rounds)
    queue = Packet(Packet(None, WORKER, KIND_WORK), WORKER, KIND_WORK)
    WorkTask(scheduler, queue)
    for handler, device, priority in ((HANDLER_A, DEVICE_A, 2000), (HANDLER_B, DEVICE_B, 3000)):
        queue = None
        for _ in range(3):
            queue = Packet(queue, device, KIND_DEVICE)
        HandlerTask(scheduler, handler, priority, device, queue)
    DeviceTask(scheduler, DEVICE_A, 4000)
    DeviceTask(scheduler, DEVICE_B, 5000)
    scheduler.run()
    return scheduler.sent, scheduler.holds


def main():
    first = simulate(10_000)
    for _ in range(scaled(95) - 1):
        assert simulate(10_000) == first
    print(*first)


if __name__ == "__main__":
    main()
