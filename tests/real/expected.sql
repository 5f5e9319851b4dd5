-- What the five campaigns of this folder must have given and refused, computed from the bank's own table alone. Shares nothing with giftd:
-- neither code nor the event lines. One row of `expected` per rule that was judged on an event:
--     (event, customer, rule, reason, value in hellers or points)
-- `trans` holds the file as it is, `seq` the place in it. Order of judgement is the order of the file; time is that of the event.

CREATE VIEW ev AS
SELECT seq, trans_id AS event, 'a' || account_id AS customer,
       CAST(REPLACE(amount, '.', '') AS INTEGER) AS minor,
       '19' || substr(date, 1, 2) || '-' || substr(date, 3, 2) || '-' || substr(date, 5, 2) AS day,
       time((trans_id * 7919) % 86400, 'unixepoch') AS clock,
       CASE WHEN TRIM(k_symbol) IN ('UROK', 'SANKC. UROK', 'SLUZBY') THEN 'posting'
            WHEN operation = 'VKLAD' THEN 'cash in'
            WHEN operation = 'PREVOD Z UCTU' AND TRIM(k_symbol) = 'DUCHOD' THEN 'pension'
            WHEN operation = 'PREVOD Z UCTU' THEN 'transfer in'
            WHEN operation = 'PREVOD NA UCET' AND TRIM(k_symbol) IN ('SIPO', 'POJISTNE', 'UVER') THEN 'bill'
            WHEN operation = 'PREVOD NA UCET' THEN 'transfer out'
            ELSE 'spend' END AS kind
FROM trans;

CREATE TABLE e AS SELECT *, day || ' ' || clock AS at, substr(day, 1, 7) AS month FROM ev ORDER BY seq;
CREATE INDEX e_by_customer ON e(customer, seq);
CREATE TABLE expected(seq INTEGER, event TEXT, customer TEXT, rule TEXT, reason TEXT, value INTEGER);

-- First transfer out: the first in the file, whenever it was; budget of 6,000.00 in gifts of 50.00.
INSERT INTO expected
WITH out AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY seq) AS nth FROM e WHERE kind = 'transfer out'),
     judged AS (SELECT *, SUM(nth = 1) OVER (ORDER BY seq) AS firsts FROM out WHERE day >= '1993-03-01')
SELECT seq, event, customer, 'first-transfer/welcome',
       CASE WHEN nth > 1 THEN 'NOT_FIRST' WHEN firsts > 120 THEN 'BUDGET_EXHAUSTED' ELSE 'GIVEN' END,
       CASE WHEN nth = 1 AND firsts <= 120 THEN 5000 ELSE 0 END
FROM judged;

-- Dormant: the latest transaction known before, a month or three later; 31 Jan + 1 month is the last of February. wake/quiet and wake/month look at
-- every transaction but the bank's own postings, wake/saver at cash paid in.
CREATE TABLE awake AS
WITH wanted(rule, months, savings) AS (VALUES ('wake/quiet', 3, 0), ('wake/month', 1, 0), ('wake/saver', 3, 1)),
     heard AS (SELECT * FROM e, wanted WHERE kind <> 'posting' AND (NOT savings OR kind = 'cash in')),
     known AS (SELECT *, MAX(at) OVER (PARTITION BY rule, customer ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last FROM heard),
     target AS (SELECT *, date(last, 'start of month', '+' || months || ' months') AS opens FROM known),
     due AS (SELECT *, date(opens, '+' || (MIN(CAST(substr(last, 9, 2) AS INTEGER), CAST(substr(date(opens, '+1 month', '-1 day'), 9, 2) AS INTEGER)) - 1)
                                   || ' days') || ' ' || substr(last, 12) AS until FROM target)
SELECT *, last IS NOT NULL AND until <= at AS dormant,
       CASE rule WHEN 'wake/month' THEN substr(day, 1, 4) || ((CAST(substr(day, 6, 2) AS INTEGER) + 2) / 3) ELSE 'campaign' END AS period FROM due;

INSERT INTO expected
WITH terms(rule, most, value) AS (VALUES ('wake/quiet', 1, 3000), ('wake/month', 2, 500), ('wake/saver', 1, 2000)),
     ranked AS (SELECT *, SUM(dormant) OVER (PARTITION BY rule, customer, period ORDER BY seq) AS nth FROM awake JOIN terms USING (rule))
SELECT seq, event, customer, rule, CASE WHEN NOT dormant THEN 'NOT_DORMANT' WHEN nth > most THEN 'LIMIT_REACHED' ELSE 'GIVEN' END,
       CASE WHEN dormant AND nth <= most THEN value ELSE 0 END FROM ranked;

-- Monthly caps. Count: two a month. Money: 1 % up to 100.00, 120.00 a month, cut at the edge but never below 5.00: each gift depends on the one
-- before, so customer-months are walked step by step.
INSERT INTO expected
WITH spent AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer, month ORDER BY seq) AS nth FROM e
               WHERE kind = 'spend' AND minor >= 50000 AND day >= '1993-02-01')
SELECT seq, event, customer, 'monthly-caps/points', CASE WHEN nth > 2 THEN 'LIMIT_REACHED' ELSE 'GIVEN' END, CASE WHEN nth > 2 THEN 0 ELSE 5 END FROM spent;

INSERT INTO expected
WITH RECURSIVE
     spent AS MATERIALIZED (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer, month ORDER BY seq) AS nth, MIN((minor * 100 + 5000) / 10000, 10000) AS worth
                            FROM e WHERE kind = 'spend' AND minor >= 50000 AND day >= '1993-02-01'),
     walk(seq, event, customer, month, nth, gift, total) AS (
       SELECT seq, event, customer, month, nth, worth, worth FROM spent WHERE nth = 1
       UNION ALL
       SELECT s.seq, s.event, s.customer, s.month, s.nth,
              CASE WHEN s.worth <= 12000 - w.total THEN s.worth WHEN 12000 - w.total >= 500 THEN 12000 - w.total ELSE 0 END,
              w.total + CASE WHEN s.worth <= 12000 - w.total THEN s.worth WHEN 12000 - w.total >= 500 THEN 12000 - w.total ELSE 0 END
       FROM walk w JOIN spent s ON s.customer = w.customer AND s.month = w.month AND s.nth = w.nth + 1)
SELECT seq, event, customer, 'monthly-caps/back', CASE WHEN gift = 0 THEN 'LIMIT_REACHED' ELSE 'GIVEN' END, gift FROM walk;

-- Weekdays and hours: bills on Monday, Wednesday, Friday from 9 to 17, once a day, twice a quarter.
INSERT INTO expected
WITH open AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer, day ORDER BY seq) AS of_day, (CAST(substr(day, 6, 2) AS INTEGER) + 2) / 3 AS quarter,
                     substr(day, 1, 4) AS year FROM e
              WHERE kind = 'bill' AND minor >= 10000 AND strftime('%w', day) IN ('1', '3', '5') AND clock >= '09:00:00' AND clock < '17:00:00'),
     ranked AS (SELECT *, SUM(of_day = 1) OVER (PARTITION BY customer, year, quarter ORDER BY seq) AS of_quarter FROM open)
SELECT seq, event, customer, 'weekdays/bill', CASE WHEN of_day > 1 OR of_quarter > 2 THEN 'LIMIT_REACHED' ELSE 'GIVEN' END,
       CASE WHEN of_day > 1 OR of_quarter > 2 THEN 0 WHEN minor >= 500000 THEN 4000 WHEN minor >= 100000 THEN 2000 ELSE 1000 END FROM ranked;

-- Pensions: 20.00 on working days (no holidays are known for those years), else 5.00 in the evening, else nothing fits; three a half-year.
-- A full limit is told before an item is looked for (docs/language.md section 9.1).
INSERT INTO expected
WITH paid AS (SELECT *, CASE WHEN strftime('%w', day) NOT IN ('0', '6') THEN 2000 WHEN clock >= '18:00:00' AND clock < '23:30:00' THEN 500 END AS worth,
                     substr(day, 1, 4) || (day >= substr(day, 1, 4) || '-07-01') AS half FROM e WHERE kind = 'pension'),
     ranked AS (SELECT *, SUM(worth IS NOT NULL) OVER (PARTITION BY customer, half ORDER BY seq) AS nth FROM paid)
SELECT seq, event, customer, 'weekdays/pension',
       CASE WHEN nth - (worth IS NOT NULL) >= 3 THEN 'LIMIT_REACHED' WHEN worth IS NULL THEN 'CONDITION_NOT_MET' ELSE 'GIVEN' END,
       CASE WHEN worth IS NOT NULL AND nth <= 3 THEN worth ELSE 0 END FROM ranked;

-- Five hundred places for two rules, two a customer. Once the places are gone, a customer who had both is told of the limit, all others of the stock.
INSERT INTO expected
WITH asked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY seq) AS nth FROM e
               WHERE day >= '1993-06-01' AND ((kind = 'spend' AND minor >= 500000) OR kind = 'pension')),
     queued AS (SELECT *, SUM(nth <= 2) OVER (ORDER BY seq) AS place FROM asked),
     given AS (SELECT *, nth <= 2 AND place <= 500 AS gift FROM queued),
     had AS (SELECT *, SUM(gift) OVER (PARTITION BY customer ORDER BY seq) AS had FROM given)
SELECT seq, event, customer, CASE kind WHEN 'pension' THEN 'places/pension' ELSE 'places/spend' END,
       CASE WHEN gift THEN 'GIVEN' WHEN had = 2 THEN 'LIMIT_REACHED' ELSE 'OUT_OF_STOCK' END, CASE WHEN gift THEN 1500 ELSE 0 END FROM had;

CREATE TABLE expected_pool AS
SELECT 'places/shared' AS pool, 500 - SUM(reason = 'GIVEN') AS "left" FROM expected WHERE rule LIKE 'places/%'
UNION ALL
SELECT 'first-transfer/welcome', 600000 - SUM(value) FROM expected WHERE rule = 'first-transfer/welcome';
