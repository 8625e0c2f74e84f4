#!/usr/bin/env python3
"""Write the example project's seeds: a small chain of home and garden stores.

    scripts/make_seeds.py [FOLDER]     (default: seeds/ beside this folder)

The same script always writes the same bytes. The rows are made up, but they
hang together: every order has lines, its payments add up to its lines less
the discount, stores sell only after they open, returns refer to lines that
were sold.
"""
import argparse
import csv
import datetime as dt
import pathlib
import random

FIRST_DAY = dt.date(2024, 1, 1)
LAST_DAY = dt.date(2025, 6, 30)

DEPARTMENTS = {
    "Garden": ["Plants", "Seeds", "Tools", "Pots"],
    "Kitchen": ["Cookware", "Knives", "Storage", "Small appliances"],
    "Living": ["Lamps", "Textiles", "Shelves"],
    "Workshop": ["Hand tools", "Power tools", "Paint"],
}
ADJECTIVES = "Sturdy Classic Nordic Rustic Compact Foldable Blue Green Oak Steel Large Small".split()
THINGS = {
    "Plants": ["lavender", "fern", "olive tree", "rosemary"],
    "Seeds": ["tomato seeds", "sunflower mix", "basil seeds", "lawn seed"],
    "Tools": ["spade", "rake", "pruning shears", "hose"],
    "Pots": ["terracotta pot", "planter", "window box"],
    "Cookware": ["saucepan", "frying pan", "casserole"],
    "Knives": ["bread knife", "paring knife", "cleaver"],
    "Storage": ["jar set", "bread box", "spice rack"],
    "Small appliances": ["toaster", "kettle", "hand mixer"],
    "Lamps": ["floor lamp", "desk lamp", "lantern"],
    "Textiles": ["blanket", "cushion", "rug"],
    "Shelves": ["wall shelf", "bookcase", "shoe rack"],
    "Hand tools": ["hammer", "screwdriver set", "hand saw"],
    "Power tools": ["drill", "jigsaw", "sander"],
    "Paint": ["wall paint", "wood stain", "primer"],
}
STORES = [
    ("Harbour", "Hamburg", "DE", "2019-03-15", 1850),
    ("Old Mill", "Bremen", "DE", "2020-09-01", 1200),
    ("Station", "Hanover", "DE", "2021-05-20", 980),
    ("Canal", "Utrecht", "NL", "2022-02-10", 1100),
    ("Market", "Groningen", "NL", "2024-04-02", 760),
    ("Online", "Hamburg", "DE", "2019-03-15", 0),
]
FIRST_NAMES = """Ada Ben Clara David Emma Finn Greta Hugo Ida Jan Kira Leo Mila Nora Otto Paula Quentin Rosa Sam Tilda
Ulf Vera Wim Yara Zoe Anton Bea Cem Dora Elif""".split()
LAST_NAMES = """Albers Brandt Claasen Dijkstra Evers Fuchs Groot Hansen Ihde Jansen Koch Lorenz Meyer Nolte Oster
Peters Quast Rohde Smit Thiel Ullrich Visser Wolff Yilmaz Zander""".split()
SEGMENTS = ["consumer", "consumer", "consumer", "trade", "club"]


def write(folder, name, header, rows):
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def moment(rng, day):
    """A time on that day while the stores are open."""
    return dt.datetime.combine(day, dt.time(9)) + dt.timedelta(seconds=rng.randrange(11 * 3600))


def days(first, last):
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def merchandise(rng, folder):
    departments = [(n, name) for n, name in enumerate(DEPARTMENTS, 1)]
    categories, products = [], []
    for department_id, department in departments:
        for category in DEPARTMENTS[department]:
            category_id = len(categories) + 1
            categories.append((category_id, department_id, category))
            names = [f"{adjective} {thing}" for thing in THINGS[category] for adjective in ADJECTIVES]
            for name in rng.sample(names, 9):
                cost = rng.randrange(150, 9_000)
                price = int(cost * rng.uniform(1.25, 2.1)) // 10 * 10 + 9
                supplier_id = rng.randrange(1, 13)
                products.append((f"P{len(products) + 1:04}", category_id, supplier_id, name, cost, price))
    suppliers = [(n, f"{rng.choice(LAST_NAMES)} {rng.choice(['GmbH', 'BV', 'KG'])}", rng.choice(["DE", "NL", "PL"]))
                 for n in range(1, 13)]
    write(folder, "raw_departments", ["id", "name"], departments)
    write(folder, "raw_categories", ["id", "department_id", "name"], categories)
    write(folder, "raw_suppliers", ["id", "name", "country"], suppliers)
    write(folder, "raw_products", ["sku", "category_id", "supplier_id", "name", "cost_cents", "price_cents"], products)
    return products


def people(rng, folder):
    stores = [(n, *store) for n, store in enumerate(STORES, 1)]
    write(folder, "raw_stores", ["id", "name", "city", "country", "opened_on", "square_metres"], stores)
    employees = []
    for store in stores:
        for position in ["manager"] + ["sales"] * rng.randrange(3, 6):
            name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
            employees.append((len(employees) + 1, store[0], name, position, store[4]))
    write(folder, "raw_employees", ["id", "store_id", "name", "position", "hired_on"], employees)
    customers = []
    for n in range(1, 901):
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        joined = rng.choice(days(dt.date(2023, 1, 1), LAST_DAY - dt.timedelta(days=30)))
        updated = moment(rng, joined + dt.timedelta(days=rng.randrange(30)))
        email = f"{first}.{last}.{n}@example.com".lower() if rng.random() > 0.04 else ""
        city = rng.choice(["Hamburg", "Bremen", "Hanover", "Utrecht", "Groningen"])
        customers.append((n, first, last, email, city, rng.choice(SEGMENTS), joined, updated))
    header = ["id", "first_name", "last_name", "email", "city", "segment", "joined_on", "updated_at"]
    write(folder, "raw_customers", header, customers)
    return stores, employees, customers


def promotions(rng, folder):
    rows = [(0, "none", "No promotion", 0, FIRST_DAY, LAST_DAY)]
    for n in range(1, 10):
        start = FIRST_DAY + dt.timedelta(days=n * 55)
        rows.append((n, f"SAVE{n:02}", f"Campaign {n}", rng.choice([5, 10, 15, 20]), start, start + dt.timedelta(days=13)))
    write(folder, "raw_promotions", ["id", "code", "name", "discount_percent", "starts_on", "ends_on"], rows)
    return rows


def sales(rng, folder, products, stores, employees, customers, campaigns):
    orders, lines, payments, returns = [], [], [], []
    calendar = days(FIRST_DAY, LAST_DAY)
    weights = [1.6 if day.weekday() == 5 else 0.3 if day.weekday() == 6 else 1.0 for day in calendar]
    for day in sorted(rng.choices(calendar, weights, k=4200)):
        open_stores = [store for store in stores if dt.date.fromisoformat(store[4]) <= day]
        store = rng.choice(open_stores)
        staff = [employee for employee in employees if employee[1] == store[0]]
        known = [customer for customer in customers if customer[6] <= day]
        campaign = next((c for c in campaigns[1:] if c[4] <= day <= c[5] and rng.random() < 0.6), campaigns[0])
        order_id, ordered = 10_000 + len(orders), moment(rng, day)
        status = rng.choices(["completed", "completed", "shipped", "cancelled"], [70, 15, 10, 5])[0]
        if day > LAST_DAY - dt.timedelta(days=3):
            status = "placed"
        total = 0
        for number, product in enumerate(rng.sample(products, rng.choice([1, 1, 2, 2, 3, 3, 4])), 1):
            quantity = rng.choice([1, 1, 1, 2, 3])
            line_id = len(lines) + 1
            lines.append((line_id, order_id, number, product[0], quantity, product[5]))
            amount = quantity * product[5]
            total += amount - round(amount * campaign[3] / 100)
            if status == "completed" and rng.random() < 0.04:
                back = moment(rng, min(day + dt.timedelta(days=rng.randrange(1, 20)), LAST_DAY))
                reason = rng.choice(["damaged", "wrong size", "changed mind"])
                returns.append((len(returns) + 1, line_id, rng.randrange(1, quantity + 1), reason, back))
        customer = rng.choice(known)[0]
        orders.append((order_id, customer, store[0], rng.choice(staff)[0], campaign[0], ordered, status))
        if status == "cancelled":
            continue
        parts = [total] if rng.random() < 0.9 or total < 2_000 else [total // 2, total - total // 2]
        for part in parts:
            paid = ordered + dt.timedelta(minutes=rng.randrange(1, 60))
            method = rng.choice(["card", "card", "cash", "voucher"]) if store[1] != "Online" else rng.choice(["card", "transfer"])
            payments.append((len(payments) + 1, order_id, method, part, paid))
    write(folder, "raw_orders", ["id", "customer_id", "store_id", "employee_id", "promotion_id", "ordered_at", "status"], orders)
    write(folder, "raw_order_lines", ["id", "order_id", "line_number", "sku", "quantity", "unit_price_cents"], lines)
    write(folder, "raw_payments", ["id", "order_id", "method", "amount_cents", "paid_at"], payments)
    write(folder, "raw_returns", ["id", "order_line_id", "quantity", "reason", "returned_at"], returns)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    seeds = pathlib.Path(__file__).resolve().parent.parent / "seeds"
    options.add_argument("folder", nargs="?", type=pathlib.Path, default=seeds, help="where to (seeds/)")
    folder = options.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20240101)
    products = merchandise(rng, folder)
    stores, employees, customers = people(rng, folder)
    campaigns = promotions(rng, folder)
    sales(rng, folder, products, stores, employees, customers, campaigns)


if __name__ == "__main__":
    main()
