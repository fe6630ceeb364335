"""Prime counting by trial division: integer arithmetic in loops."""

from _scale import scaled


def count_primes(limit):
    count = 1 if limit > 2 else 0
    for number in range(3, limit, 2):
        divisor = 3
        while divisor * divisor <= number:
            if number % divisor == 0:
                break
            divisor += 2
        else:
            count += 1
    return count


def main():
    total = 0
    for _ in range(scaled(130)):
        total += count_primes(60_000)
    print(total)


if __name__ == "__main__":
    main()
