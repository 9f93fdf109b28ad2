"""Writes tests/data: tables as other programs write them. `python -m tests.tools.make_tables`

The formats are those of the programs; the numbers are the sandbox's, and nothing is copied from anybody's file.
"""

import datetime as dt
from pathlib import Path

from openpyxl import Workbook

FOLDER = Path(__file__).parents[1] / "data"
# The first two are in the application Support, the others in none.
UK, US, FREE, FREE2 = "442079460100", "14155550100", "14155550106", "14155550107"
SUPPORT = "bb7b4e39-4227-4913-8c81-2db4abb54fb3"


def table(name: str, *lines: str, code: str = "utf-8", end: str = "\r\n") -> None:
    (FOLDER / name).write_bytes("".join(line + end for line in lines).encode(code))


def carriers() -> None:
    table(
        "twilio.csv",
        '"Sid","Phone Number","Friendly Name","Voice URL","SMS URL","Capabilities"',
        f'"PN1","+{FREE}","Lobby Berlin","https://example.com/voice","","voice,sms"',
        f'"PN2","+{UK}","(020) 7946 0100","","https://example.com/sms","voice"',
    )
    table(
        "twilio-cli.tsv",
        "sid\tphoneNumber\tfriendlyName",
        f"PN1\t+{FREE}\tLobby Berlin",
        f"PN2\t+{UK}\tFront desk",
        end="\n",
    )
    table(
        "telnyx.csv",
        "id,phone_number,status,tags,connection_id,connection_name,customer_reference,billing_group_id,purchased_at",
        f"1,+{FREE},active,\"['production','us-west']\",1494,Support,Autumn,,2026-01-02T03:04:05Z",
        f"2,+{UK},active,[],1494,Support,,,2026-01-02T03:04:05Z",
        f"3,+{US},active,[],,,Winter,,2026-01-02T03:04:05Z",
        end="\n",
    )
    table(
        "bandwidth.csv",
        "Telephone Number,City,State,Rate Center,LATA,Tier,Vendor,Sub-account,Location,Status",
        f"{FREE[1:]},SAN FRANCISCO,CA,SNFC CNTRL,722,0.0,Bandwidth CLEC,Main,Default,Inservice",
        end="\n",
    )
    table(
        "vonage.csv",
        "Number,Country,Type,Features,Linked Application ID",
        f'{FREE},🇺🇸 United States,Mobile,"MMS, SMS, VOICE",{SUPPORT}',
        f'{UK},🇬🇧 United Kingdom,Landline,"VOICE",Not linked to any application',
        end="\n",
    )
    table(
        "plivo.csv",
        "number,alias,sub_account,added_on,application,carrier,region,number_type,monthly_rental_rate,voice_enabled",
        f'{FREE},Lobby,,2026-01-02,/v1/Account/MA1/Application/77/,Plivo,"California, USA",local,0.80000,true',
        f"{UK},,,2026-01-02,,Plivo,UNITED KINGDOM,local,0.80000,true",
        end="\n",
    )


def telephone_systems() -> None:
    table(
        "fusionpbx.csv",
        '"destination_type","destination_number","destination_context","destination_enabled","destination_description"',
        f'"inbound","{FREE}","public","true","Sales"',
        f'"inbound","{UK}","public","true",""',
        end="\n",
    )
    table(
        "magnusbilling.csv",
        '"DID","Reserved","Status","Fixed rate","Connection charge"',
        f'"{FREE}","1","1","0.00","0.00"',
        end="\n",
    )
    table(
        "carrier-inventory.txt",
        "TN|Trunk|Comment",
        f"+{FREE}|Support|new",
        f"+{UK}|-|",
        f"+{US}|none|keep",
    )


def spreadsheets() -> None:
    table(
        "excel-en-us.csv",
        "Number,Application,Label",
        f'"+{FREE}",Support,"Zoë\'s desk, 1st floor"',
        "4.42079E+11,none,",
        code="utf-8-sig",
    )
    table("excel-en-us-ansi.csv", "Number,Application,Label", "+1 (415) 555-0106,Büro Köln,Café", code="cp1252")
    table(
        "excel-de-de.csv",
        "Rufnummer;Anwendung;Bezeichnung;Preis",
        "+44 20 7946 0100;Büro Köln;Empfang;1,50",
        f'{FREE};Support;"Lager; Keller";0,80',
        code="cp1252",
    )
    table("excel-de-de-rounded.csv", "Rufnummer;Anwendung", "4,42079E+11;none", f"'+{FREE};Support", code="cp1252")
    table(
        "excel-fr-fr.csv",
        "Numéro de téléphone;Application;Libellé",
        "+44\xa020\xa07946\xa00100;Büro Köln;Été à Genève",
        f"{FREE};Support;",
        code="cp1252",
    )
    table("excel-ja-jp.csv", "電話番号,アプリケーション,ラベル", f"+{FREE},東京本社,受付", code="cp932")
    table("excel-ru-ru.csv", "Номер;Приложение;Описание", f"{FREE};Support;Поддержка", code="cp1251")
    table("excel-zh-cn.csv", "电话号码,应用程序,名称", f"{FREE},Support,北京酒店", code="gb18030")
    table("excel-unicode.txt", "Number\tApplication\tLabel", f"+{FREE}\t東京本社\t受付", code="utf-16")
    table("excel-sep.csv", "sep=;", "number;application", f"{FREE};Support", code="cp1252")
    table("excel-mac.csv", "Number;Application;Label", f"{FREE};Support;Zoë’s Büro", code="mac-roman", end="\r")
    table("excel-dos.csv", "Number;Application;Label", f"{FREE};Büro Köln;Straße", code="cp850")
    table("libreoffice.csv", '"Number","Application","Label"', f'"+{FREE}","Support","Dvořák"', end="\n")
    table("libreoffice-tab.csv", '"Number"\t"Application"', f'"+{FREE}"\t"Support"', end="\n")
    table("libreoffice-latin-2.csv", "Number,Application,Label", f"{FREE},Support,Příbram", code="iso8859-2", end="\n")
    table(
        "apple-numbers.csv",
        "Numbers of Acme",
        "Phone Number;Application Name;Notes",
        "+1 415-555-0106;Support;Zoë",
        end="\n",
    )
    table("google-sheets.tsv", "Phone\tApp\tDescription", f"+{FREE}\tSupport\tFront desk")


def people() -> None:
    table(
        "ticket.txt",
        "| number | application |",
        "|--------|-------------|",
        "| +1 415-555-0106 | Support |",
        "| +44 20 7946 0100 | none |",
        end="\n",
    )
    table(
        "mysql.txt",
        "+--------------+-------------+",
        "| msisdn       | application |",
        "+--------------+-------------+",
        f"| {FREE}  | Support     |",
        f"| {UK} | Support     |",
        "+--------------+-------------+",
        end="\n",
    )
    table(
        "titles.csv",
        "Number export, all",
        "# made on 2026-11-25; by Ann",
        "",
        "number;application;label",
        f"{FREE};Support;x",
        "",
    )
    table("guarded.csv", "number,application", f'="+{FREE}","=""Support"""', f'"=""+{UK}""",none')
    table(
        "invisible.csv",
        "\u200bnumber,application",
        "\u202a+1 415-555-0106\u202c,Support\u200b",
        "\u200b,",
        "\x1a",
        end="\n",
    )
    table("notes-before-application.csv", "phone_number,notes,application", f"+{UK},-,Support", f"+{US},none,Support")
    table("trunk.csv", "TN,Trunk", f"+{UK},-", f"+{US},none")
    table("unknown.csv", "subscriber,remark,place", f"+{UK},-,Support")
    table("two-numbers.csv", "Number,Phone,Application", f"1,+{UK},none")
    table("no-header.csv", f"{FREE},Support,Lobby", f"{UK},none")
    table("wide-no-header.csv", f"{FREE},Support,Lobby,2026-01-01")
    table("bars.csv", "sep=|", "number|application", f"{FREE}|Support")
    table(
        "numberadmin-0.1.csv",
        "number,application_key,application,country_id,country,capabilities,price,currency,label,note",
        f"{UK},{SUPPORT},Support,GB,United Kingdom,voice,2.00,USD,,'=note",
        f"{FREE},,,US,United States,sms voice,1.00,USD,,",
    )
    (FOLDER / "one-bad-line.csv").write_bytes(f"number,label\n{FREE},Zoë\n{FREE2},Caf".encode() + b"\xe9\n")
    table("page.xls", "<html><body><table><tr><td>number</td></tr></table>", end="\n")
    table("numbers.json", f'[{{"number": {FREE}, "application": "Support"}}]', end="\n")


def workbooks() -> None:
    workbook(
        "workbook.xlsx", ["Number", "Application", "Label"], [int(FREE), "Büro Köln", 101], [int(UK), "none", None]
    )
    book = Workbook()
    book.worksheets[0].title = "Read me"
    for name, rows in {
        "Numbers": [
            ["Acme, all numbers"],
            [dt.date(2026, 11, 25)],
            [],
            ["DID", "Application"],
            [float(FREE), "Support"],
        ],
        "Old": [["DID", "Application"], [int(UK), "none"]],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(FOLDER / "workbook-sheets.xlsx")
    workbook("workbook-errors.xlsx", ["Number", "Application"], [int(FREE), "#REF!"], [f"+{UK}", "東京本社"])


def workbook(name: str, *rows: list[object]) -> None:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(FOLDER / name)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for write in (carriers, telephone_systems, spreadsheets, people, workbooks):
        write()
